using System.Text;
using Mcr.Native.Interop;

namespace Mcr.Actors.Configuration;

/// <summary>Configuration files that are there as a whole, old or new, with the rights that they had.</summary>
public static class ConfigFileWriter
{
    /// <summary>Tells what we wrote from what a person wrote.</summary>
    internal const string FirstLine = "Written by mcrctl config save";

    /// <summary>After the name of the last version that a person wrote.</summary>
    internal const string ByHand = ".before-save";

    /// <returns>null, or why not, for the end of a sentence that begins with the path; then what was there is there still.</returns>
    public static string? TryWrite(string path, string text)
    {
        try
        {
            string file = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);
            if (File.Exists(file) && text.StartsWith($"# {FirstLine}\n", StringComparison.Ordinal))
                KeepByHand(file);
            DurableFile.Replace(file, Encoding.UTF8.GetBytes(text));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot be written: {e.Message}";
        }
    }

    /// <summary>What a person wrote has comments and an order that are not in what we write.</summary>
    private static void KeepByHand(string file)
    {
        byte[] old = File.ReadAllBytes(file);
        if (!old.AsSpan().StartsWith(Encoding.UTF8.GetBytes($"# {FirstLine}\n")))
            DurableFile.Replace(file + ByHand, old);
    }
}

using System.Security.Cryptography;
using System.Text;
using Mcr.Actors.Configuration;
using Mcr.Native.Interop;

namespace Mcr.Actors.Cluster.Tls;

/// <summary>The text of the three files; null for one that cannot be read.</summary>
/// <param name="KeyStatus">Owner and mode of the very file that the key was read from: the one of that name may be another by now.</param>
internal sealed record PemContents(string? Ca, string? Certificate, string? Key, UnixFile.Status KeyStatus)
{
    /// <summary>Of each file: far more than any chain has.</summary>
    private const int MaxBytes = 1 << 20;

    /// <param name="problems">Gets a sentence for each that cannot be read.</param>
    public static PemContents Read(TlsSettings settings, List<string> problems)
    {
        (string? ca, _) = ReadFile("mcr.tls.ca", settings.Ca, problems);
        (string? certificate, _) = ReadFile("mcr.tls.certificate", settings.Certificate, problems);
        (string? key, UnixFile.Status status) = ReadFile("mcr.tls.key", settings.Key, problems);
        return new PemContents(ca, certificate, key, status);
    }

    public byte[] Digest() => SHA256.HashData(Encoding.UTF8.GetBytes($"{Ca}\0{Certificate}\0{Key}"));

    private static (string? Text, UnixFile.Status Status) ReadFile(string key, string path, List<string> problems)
    {
        if (path.Length == 0)
        {
            problems.Add($"{key} is not given; give the path of a PEM file (mcrd tls init makes them)");
            return default;
        }

        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > MaxBytes)
            {
                problems.Add($"{path}: has {stream.Length:N0} bytes, more than the {MaxBytes >> 20} MiB that are read; is it a PEM file?");
                return default;
            }

            using var reader = new StreamReader(stream, Encoding.UTF8);
            UnixFile.TryStatus(stream.SafeFileHandle, out UnixFile.Status status).OrThrow("looking at it");
            return (reader.ReadToEnd(), status);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add($"{path}: cannot be read ({key}): {e.Message}");
            return default;
        }
    }
}

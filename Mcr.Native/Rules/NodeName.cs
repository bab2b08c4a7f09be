namespace Mcr.Native.Rules;

/// <summary>What a node of a cluster may be called. Pure.</summary>
public static class NodeName
{
    public const int MaxLength = 64;

    /// <summary>For the end of a sentence.</summary>
    public static readonly string Wanted = $"1 to {MaxLength} letters, digits, -, _ and .";

    /// <summary>It begins with a letter or a digit.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}

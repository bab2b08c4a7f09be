using System.Security.Cryptography;
using System.Text;

namespace Mcr.Native.Rules;

/// <summary>A rule's name within its node: given by the operator, or made from its input so that the same input always has the same id.</summary>
public readonly record struct RuleId(string Value)
{
    public const int MaxLength = 64;

    /// <summary>The first 16 hex digits of SHA-256 over the input's canonical text.</summary>
    public static RuleId Of(RuleInput input) =>
        new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(input.CanonicalText)).AsSpan(0, 8)));

    /// <summary>1 to 64 of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    public static bool IsValid(string text) =>
        text.Length is > 0 and <= MaxLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    public override string ToString() => Value;
}

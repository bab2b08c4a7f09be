using System.Security.Cryptography;
using System.Text;

namespace Mcr.Native.Rules;

/// <summary>A node's hash over all its rules: equal sets have equal hashes, in whatever order they were added. The ends of legs are other nodes' rules and do not count.</summary>
public static class RuleSetHash
{
    public static string Of(IEnumerable<ForwardingRule> rules)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in rules.Where(r => r.Input.Leg is null).Select(r => r.CanonicalText).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}

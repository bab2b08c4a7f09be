using System.Net;

namespace Mcr.Native.Rules;

/// <summary>Addresses as operators write them. Pure.</summary>
internal static class AddressText
{
    /// <param name="wanted">What to give in its place, for the end of the sentence.</param>
    /// <param name="refusal">Why it is none that a rule can have, without the value: <c>is not an IP address; give …</c>.</param>
    public static IPAddress? Parse(string text, string wanted, out string? refusal)
    {
        refusal = $"is not an IP address; give {wanted}";
        int scope = text.IndexOf('%', StringComparison.Ordinal);
        if (scope > 0 && IsPlain(text[..scope]) && IPAddress.TryParse(text[..scope], out IPAddress? scoped) && Addresses.IsIPv6(scoped))
        {
            refusal = $"names an interface after '%'; give '{scoped}' alone, the interface has a field of its own";
            return null;
        }

        // IPAddress.TryParse alone takes "5", "1.2", octal, brackets, ports and prefix lengths.
        if (!IsPlain(text) || !IPAddress.TryParse(text, out IPAddress? address))
            return null;
        if (address.IsIPv4MappedToIPv6)
            refusal = $"is an IPv4 address written as IPv6; give '{address.MapToIPv4()}'";
        else if (Addresses.IsIPv6(address) || address.ToString() == text)
            refusal = null;
        return refusal is null ? address : null;
    }

    private static bool IsPlain(string text) => text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.');
}

namespace Mcr.Host.Mcrd.Tls;

/// <summary>Names that certificates and their files can have: what a DNS name can, so that they mean the same everywhere.</summary>
internal static class LabNames
{
    private const int Longest = 63;

    private const string Authority = "ca";

    public static string? Judge(string name) =>
        name.Equals(Authority, StringComparison.OrdinalIgnoreCase) ? $"'{name}' is the authority's name; take another one"
        : name.Length is 0 or > Longest || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') || !char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1]) || name.Contains("..", StringComparison.Ordinal)
            ? $"'{name}' can be no name of a certificate here; take 1 to {Longest} letters, digits, - and ., with a letter or digit at both ends"
        : null;
}

using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mcr.Actors.Cluster.Tls;

/// <summary>What certificates say about whom they are for, in words that can be printed: anybody may have written them.</summary>
public static class CertificateNames
{
    private const string CommonName = "2.5.4.3";

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private const int LongestPrinted = 128;

    /// <summary>Its CN and its DNS names, as they are written.</summary>
    /// <exception cref="CryptographicException">they cannot be read.</exception>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate)
    {
        IEnumerable<string> common = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
            .Select(part => part.GetSingleElementValue() ?? "");
        IEnumerable<string> dns = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames());
        return [.. common.Concat(dns).Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>All its names, for a line of text.</summary>
    public static IReadOnlyList<string> PrintableOf(X509Certificate2 certificate)
    {
        try
        {
            return [.. Of(certificate).DefaultIfEmpty(certificate.Subject).Select(name => Printable(name))];
        }
        catch (CryptographicException)
        {
            return [Printable(certificate.Subject)];
        }
    }

    /// <summary>The name to call it by: its CN, else its first DNS name, else its whole subject.</summary>
    public static string NameOf(X509Certificate2 certificate) => PrintableOf(certificate)[0];

    /// <summary>Who issued it.</summary>
    public static string IssuerOf(X509Certificate2 certificate) => Printable(certificate.Issuer);

    /// <summary>Its owner may be asked by others: it says so in its extended key usage.</summary>
    public static bool IsForServers(X509Certificate2 certificate) => Has(certificate, ServerAuthentication);

    /// <summary>Its owner may ask others, likewise.</summary>
    public static bool IsForClients(X509Certificate2 certificate) => Has(certificate, ClientAuthentication);

    /// <summary>It may issue others.</summary>
    public static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);

    /// <summary>A moment as operators read it: UTC, to the minute.</summary>
    public static string Moment(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>What anybody may have written, for a line of text; the same when it is done again.</summary>
    /// <param name="longest">In characters; what is longer is cut.</param>
    internal static string Printable(string text, int longest = LongestPrinted)
    {
        string cut = text.Length > longest ? text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)] + "…" : text;
        return cut.All(IsPrinted) ? cut : new string([.. cut.Select(c => IsPrinted(c) ? c : '?')]);
    }

    /// <summary>Neither a control character, nor one that turns the direction of what follows or begins a line.</summary>
    private static bool IsPrinted(char c) => !char.IsControl(c) && char.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static bool Has(X509Certificate2 certificate, string usage) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(extension => extension.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == usage));
}

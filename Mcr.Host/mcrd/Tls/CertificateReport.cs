using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mcr.Actors.Cluster.Tls;

namespace Mcr.Host.Mcrd.Tls;

/// <summary>`mcrd tls show`: what is in PEM files.</summary>
internal static class CertificateReport
{
    /// <returns>Whether each file has a certificate.</returns>
    public static bool Run(IReadOnlyList<string> files, TextWriter output, TextWriter error, DateTimeOffset now)
    {
        bool isRead = true;
        foreach (string file in files)
        {
            var all = new X509Certificate2Collection();
            try
            {
                all.ImportFromPemFile(file);
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
            {
                error.WriteLine($"mcrd tls show: {file}: cannot be read as a certificate in PEM: {e.Message}");
                isRead = false;
                continue;
            }

            if (all.Count == 0)
            {
                error.WriteLine($"mcrd tls show: {file}: has no certificate in PEM (a part '-----BEGIN CERTIFICATE-----'); a key is not shown");
                isRead = false;
            }

            foreach (X509Certificate2 certificate in all)
                Print(file, certificate, output, now);
        }

        return isRead;
    }

    private static void Print(string file, X509Certificate2 certificate, TextWriter output, DateTimeOffset now)
    {
        output.WriteLine(file);
        output.WriteLine($"  names        {string.Join(", ", CertificateNames.PrintableOf(certificate))}");
        output.WriteLine($"  valid        {CertificateNames.Moment(certificate.NotBefore)} to {CertificateNames.Moment(certificate.NotAfter)} ({Remaining(certificate, now)})");
        output.WriteLine($"  issuer       {CertificateNames.IssuerOf(certificate)}");
        output.WriteLine($"  may be used  {Use(certificate)}");
        output.WriteLine($"  SHA-256      {certificate.GetCertHashString(HashAlgorithmName.SHA256)}");
    }

    private static string Remaining(X509Certificate2 certificate, DateTimeOffset now) =>
        now < certificate.NotBefore ? "not yet valid"
        : now > certificate.NotAfter ? "expired"
        : $"{(int)(certificate.NotAfter - now).TotalDays} days left";

    private static string Use(X509Certificate2 certificate) =>
        CertificateNames.IsAuthority(certificate) ? "as an authority: it issues the others"
        : (CertificateNames.IsForServers(certificate), CertificateNames.IsForClients(certificate)) switch
        {
            (true, true) => "by a node, and by a console",
            (false, true) => "by a console",
            (true, false) => "by no node and no console: clientAuth is missing in its extended key usage",
            _ => "by no node and no console: its extended key usage has neither clientAuth nor serverAuth",
        };
}

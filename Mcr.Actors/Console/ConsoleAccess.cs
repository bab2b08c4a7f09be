using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mcr.Actors.Console;

/// <summary>Who a console is: by the name of its certificate, which is not proven yet.</summary>
/// <param name="Certificate">DER; empty where none is asked for.</param>
internal sealed record ConsoleIdentity(string Name, bool MayChange, byte[] Certificate);

/// <summary>Which certificate's name may do what. Pure, but for the clock behind <paramref name="refuse"/>.</summary>
/// <param name="Node">This one's name, for sentences.</param>
/// <param name="Nodes">Names of other nodes, which may ask.</param>
/// <param name="refuse">What is wrong with a certificate, and those that come with it: a sentence, or null.</param>
/// <param name="namesOf">CN and DNS names.</param>
internal sealed record ConsoleAccess(
    string Node,
    ImmutableArray<string> Admins,
    ImmutableArray<string> Readers,
    ImmutableArray<string> Nodes,
    Func<X509Certificate2, X509Certificate2Collection, string?> refuse,
    Func<X509Certificate2, IReadOnlyList<string>> namesOf)
{
    /// <param name="certificates">DER; the console's own first.</param>
    /// <returns>An identity, or a sentence that says why there is none.</returns>
    public (ConsoleIdentity? Identity, string? Refusal) Judge(IReadOnlyList<byte[]> certificates)
    {
        if (certificates.Count == 0)
            return (null, $"node {Node} takes consoles with a certificate only; give one with --tls-ca, --tls-certificate and --tls-key, or in MCR_TLS_DIR");
        var all = new X509Certificate2Collection();
        try
        {
            foreach (byte[] certificate in certificates)
                all.Add(X509CertificateLoader.LoadCertificate(certificate));
            return refuse(all[0], all) is { } refusal ? (null, refusal) : Judge(namesOf(all[0]), certificates[0]);
        }
        catch (CryptographicException)
        {
            return (null, "what was sent is no certificate");
        }
        finally
        {
            foreach (X509Certificate2 each in all)
                each.Dispose();
        }
    }

    private (ConsoleIdentity? Identity, string? Refusal) Judge(IReadOnlyList<string> names, byte[] certificate)
    {
        if (Find(Admins) is { } admin)
            return (new ConsoleIdentity(admin, MayChange: true, certificate), null);
        if ((Find(Readers) ?? Find(Nodes)) is { } reader)
            return (new ConsoleIdentity(reader, MayChange: false, certificate), null);
        return (null, $"the certificate of {string.Join(" / ", names.Select(n => $"'{n}'"))} is in order, but its name is neither in mcr.console.admins nor in mcr.console.readers of node {Node}; add it there and restart mcrd");

        string? Find(ImmutableArray<string> allowed) => names.FirstOrDefault(name => allowed.Contains(name, StringComparer.OrdinalIgnoreCase));
    }
}

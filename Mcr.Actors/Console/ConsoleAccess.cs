using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mcr.Actors.Cluster.Tls;

namespace Mcr.Actors.Console;

/// <summary>Who a console is: by the name of its certificate, which is not proven yet.</summary>
/// <param name="Name">As mcrd's settings have it.</param>
/// <param name="Certificate">DER; empty where none is asked for.</param>
internal sealed record ConsoleIdentity(string Name, bool MayChange, byte[] Certificate);

/// <summary>Which certificate's name may do what. Pure but for the cryptography.</summary>
/// <param name="Node">This one's name, for sentences.</param>
/// <param name="Nodes">Names of other nodes, which may ask when it is a node's certificate.</param>
internal sealed record ConsoleAccess(string Node, CertificatePolicy Policy, ImmutableArray<string> Admins, ImmutableArray<string> Readers, ImmutableArray<string> Nodes)
{
    /// <param name="certificate">DER; empty: none was shown.</param>
    /// <returns>An identity, or a sentence that says why there is none.</returns>
    public (ConsoleIdentity? Identity, string? Refusal) Judge(byte[] certificate, DateTimeOffset now)
    {
        if (certificate.Length == 0)
            return (null, $"node {Node} takes consoles with a certificate only; give one with --tls-ca, --tls-certificate and --tls-key");
        try
        {
            using X509Certificate2 claimed = X509CertificateLoader.LoadCertificate(certificate);
            return Policy.Judge(claimed, now) is { } refusal ? (null, $"node {Node} does not take it: {refusal}") : Name(claimed, certificate);
        }
        catch (CryptographicException)
        {
            return (null, $"node {Node} cannot read what was sent as a certificate");
        }
    }

    private (ConsoleIdentity? Identity, string? Refusal) Name(X509Certificate2 certificate, byte[] der)
    {
        IReadOnlyList<string> names = CertificateNames.Of(certificate);
        if (Find(Admins) is { } admin)
            return (new ConsoleIdentity(admin, MayChange: true, der), null);
        if ((Find(Readers) ?? (CertificateNames.IsForServers(certificate) ? Find(Nodes) : null)) is { } reader)
            return (new ConsoleIdentity(reader, MayChange: false, der), null);
        return (null, $"certificate '{CertificateNames.NameOf(certificate)}' is in order, but has no name that is in mcr.console.admins or mcr.console.readers of node {Node}; add it there");

        string? Find(ImmutableArray<string> allowed) => allowed.FirstOrDefault(name => names.Contains(name, StringComparer.OrdinalIgnoreCase));
    }
}

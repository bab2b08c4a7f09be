using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mcr.Actors.Cluster.Tls;

/// <summary>
/// Who may be at the other end. Pure but for the cryptography: a certificate and the time make a verdict. Nothing is asked of the network: no revocation
/// list, no missing certificate.
/// </summary>
/// <param name="Authorities">Whose certificates are accepted, and such as are between them and those.</param>
/// <param name="AuthorityFile">Where they are from, for sentences.</param>
/// <param name="Allow">Names (CN or DNS) that may be there, in any case of letters; none: every certificate of the authorities that is of the right kind.</param>
/// <param name="AllowKey">The setting that has these names, for sentences.</param>
/// <param name="TakesConsoles">Certificates for clients alone will do.</param>
public sealed record CertificatePolicy(ImmutableArray<X509Certificate2> Authorities, string AuthorityFile, ImmutableArray<string> Allow, string AllowKey, bool TakesConsoles)
{
    private const string ClusterKey = "mcr.cluster.allow";

    /// <summary>Between nodes, and of a console that dials a node.</summary>
    public static CertificatePolicy ForNodes(CertificateFiles files, ImmutableArray<string> allow) => new(files.Authorities, files.Settings.Ca, allow, ClusterKey, TakesConsoles: false);

    /// <summary>Of a port where consoles connect: what they may do there is asked later, so that a refusal can be said to them.</summary>
    public static CertificatePolicy ForConsoles(CertificateFiles files) => new(files.Authorities, files.Settings.Ca, [], ClusterKey, TakesConsoles: true);

    /// <returns>null, or what is wrong and what to do: a sentence about "certificate 'name'" or "no certificate".</returns>
    /// <param name="others">What the peer sent with it to make a chain of, if anything.</param>
    public string? Judge(X509Certificate2? certificate, DateTimeOffset now, X509Certificate2Collection? others = null)
    {
        if (certificate is null)
            return "no certificate was shown; plain TLS is not enough, give it a certificate of this authority (mcrd tls init makes them)";
        try
        {
            return Origin(certificate, now, others) ?? Validity(certificate, now) ?? Kind(certificate) ?? Name(certificate);
        }
        catch (CryptographicException e)
        {
            return $"certificate '{CertificateNames.NameOf(certificate)}' cannot be read: {CertificateNames.Printable(e.Message)}";
        }
    }

    private string? Origin(X509Certificate2 certificate, DateTimeOffset now, X509Certificate2Collection? others)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Authorities.AsSpan().ToArray());
        if (others is not null)
            chain.ChainPolicy.ExtraStore.AddRange(others);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid; // has sentences of its own
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        bool isTrusted = chain.Build(certificate);
        X509Certificate2? expired = chain.ChainElements.Skip(1).Select(e => e.Certificate).FirstOrDefault(c => now < c.NotBefore || now > c.NotAfter);
        string? verdict = !isTrusted ? Foreign(certificate, chain)
            : expired is not null ? $"certificate '{CertificateNames.NameOf(certificate)}' is issued by '{CertificateNames.NameOf(expired)}', which is valid from {CertificateNames.Moment(expired.NotBefore)} to {CertificateNames.Moment(expired.NotAfter)} only; make a new authority and give its certificate to all hosts"
            : null;
        foreach (X509ChainElement element in chain.ChainElements)
            element.Certificate.Dispose();
        return verdict;
    }

    private string Foreign(X509Certificate2 certificate, X509Chain chain)
    {
        const X509ChainStatusFlags Unknown = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;
        string name = CertificateNames.NameOf(certificate);
        X509ChainStatus[] wrong = [.. chain.ChainStatus.Where(s => s.Status is not X509ChainStatusFlags.NotTimeValid)];
        return wrong.All(s => (s.Status & Unknown) != 0)
            ? $"certificate '{name}' is not issued by an authority of {AuthorityFile} (its issuer is '{CertificateNames.IssuerOf(certificate)}'); use certificates of one authority on all hosts, or put this one's there"
            : $"certificate '{name}' (issuer '{CertificateNames.IssuerOf(certificate)}') does not lead to an authority of {AuthorityFile}: {string.Join(", ", wrong.Select(s => CertificateNames.Printable(s.StatusInformation)).Distinct())}";
    }

    private static string? Validity(X509Certificate2 certificate, DateTimeOffset now)
    {
        string name = CertificateNames.NameOf(certificate);
        return now > certificate.NotAfter ? $"certificate '{name}' expired on {CertificateNames.Moment(certificate.NotAfter)}; put a new one in its place (it is taken without a restart), or set the clock right"
            : now < certificate.NotBefore ? $"certificate '{name}' is not valid before {CertificateNames.Moment(certificate.NotBefore)}; compare the clocks of both hosts"
            : null;
    }

    private string? Kind(X509Certificate2 certificate)
    {
        string name = CertificateNames.NameOf(certificate);
        bool isForClients = CertificateNames.IsForClients(certificate), isForServers = CertificateNames.IsForServers(certificate);
        return TakesConsoles && isForClients ? null
            : isForClients && isForServers ? null
            : isForClients ? $"certificate '{name}' is a console's (extended key usage: clientAuth), and a node must have one for clientAuth and serverAuth; consoles connect to the port of mcr.console.listen"
            : $"certificate '{name}' is not for {(TakesConsoles ? "clients (extended key usage clientAuth)" : "nodes (extended key usage clientAuth and serverAuth)")}; have one made that is";
    }

    private string? Name(X509Certificate2 certificate)
    {
        if (Allow.IsEmpty)
            return null;
        IReadOnlyList<string> names = CertificateNames.Of(certificate);
        return names.Any(name => Allow.Contains(name, StringComparer.OrdinalIgnoreCase))
            ? null
            : $"certificate '{CertificateNames.NameOf(certificate)}' has no name that is in {AllowKey}{(names.Count > 1 ? $" (it has {CertificateNames.Printable(string.Join(", ", names))})" : "")}; add it there on every node, or give the host a certificate with a name that is";
    }
}

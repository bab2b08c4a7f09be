using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mcr.Host.Mcrd.Tls;

/// <summary>What a certificate is made for.</summary>
internal enum CertificateKind
{
    /// <summary>Asks other nodes, and is asked by them and by consoles: clientAuth and serverAuth.</summary>
    Node,

    /// <summary>Asks only: clientAuth.</summary>
    Console,
}

/// <summary>Makes an authority, and certificates of it. ECDSA on P-256 throughout.</summary>
internal static class CertificateMaker
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private const int SerialBytes = 16;

    /// <returns>The authority with its key.</returns>
    public static X509Certificate2 MakeAuthority(string name, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(from, until);
    }

    /// <param name="authority">With its key.</param>
    /// <param name="name">Its CN, and for a node its DNS name, too.</param>
    /// <returns>The certificate with its key.</returns>
    public static X509Certificate2 Make(X509Certificate2 authority, string name, CertificateKind kind, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject(name), key, HashAlgorithmName.SHA256);
        OidCollection usages = [new Oid(ClientAuthentication)];
        if (kind == CertificateKind.Node)
            usages.Add(new Oid(ServerAuthentication));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (kind == CertificateKind.Node)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
        }

        byte[] serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] &= 0x7f; // it is a number above zero
        serial[0] |= 0x40;
        using X509Certificate2 issued = request.Create(authority, from, until < authority.NotAfter ? until : authority.NotAfter, serial);
        return issued.CopyWithPrivateKey(key);
    }

    private static X500DistinguishedName Subject(string name)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        return subject.Build();
    }
}

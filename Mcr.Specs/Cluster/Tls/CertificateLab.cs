using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Configuration;
using Mcr.Host.Mcrd.Tls;

namespace Mcr.Specs.Cluster.Tls;

/// <summary>An authority, and files of certificates good and bad, in a directory of its own.</summary>
internal sealed class CertificateLab : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mcr-spec-tls").FullName;

    private int _made;

    public CertificateLab() => Write(Ca, Authority.ExportCertificatePem());

    public static DateTimeOffset Now { get; } = DateTimeOffset.UtcNow;

    public X509Certificate2 Authority { get; } = CertificateMaker.MakeAuthority("spec authority", Now.AddDays(-2), Now.AddDays(100));

    public string Ca => Path.Combine(_directory, "ca.pem");

    public string PathOf(string name) => Path.Combine(_directory, name);

    public X509Certificate2 Node(string name = "relay-a", int fromDays = -1, int untilDays = 30) => CertificateMaker.Make(Authority, name, CertificateKind.Node, Now.AddDays(fromDays), Now.AddDays(untilDays));

    public X509Certificate2 Console(string name = "alice") => CertificateMaker.Make(Authority, name, CertificateKind.Console, Now.AddDays(-1), Now.AddDays(30));

    /// <summary>The certificate and its key as files, with this lab's authority.</summary>
    public TlsSettings Settings(X509Certificate2 certificate)
    {
        string name = $"certificate-{++_made}";
        Write(PathOf($"{name}.pem"), certificate.ExportCertificatePem());
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        Write(PathOf($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(PathOf($"{name}.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new TlsSettings(Ca, PathOf($"{name}.pem"), PathOf($"{name}.key"));
    }

    /// <param name="at">When they were read: what has expired since then was good.</param>
    public CertificateFiles Files(X509Certificate2 certificate, DateTimeOffset? at = null)
    {
        (CertificateFiles? files, IReadOnlyList<string> problems) = CertificateFiles.Read(Settings(certificate), at ?? Now, isConsole: true);
        Assert.Empty(problems);
        return files!;
    }

    public void Write(string path, string text) => File.WriteAllText(path, text);

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}

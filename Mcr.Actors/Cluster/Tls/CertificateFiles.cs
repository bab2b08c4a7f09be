using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mcr.Actors.Configuration;
using Mcr.Native.Interop;
using Mcr.Native.Privileges;

namespace Mcr.Actors.Cluster.Tls;

/// <summary>
/// The three files of <see cref="TlsSettings"/> as they were when they were read, checked: the key belongs to the certificate, the certificate is of an
/// authority of the file, valid, and for what it is used for, and nobody else reads the key. Immutable; whoever renews reads anew.
/// </summary>
public sealed class CertificateFiles
{
    private readonly byte[] _digest;

    private CertificateFiles(TlsSettings settings, ImmutableArray<X509Certificate2> authorities, X509Certificate2 own, byte[] digest)
    {
        Settings = settings;
        Authorities = authorities;
        Own = own;
        _digest = digest;
    }

    /// <summary>Their paths.</summary>
    public TlsSettings Settings { get; }

    /// <summary>All certificates of the authorities' file.</summary>
    public ImmutableArray<X509Certificate2> Authorities { get; }

    /// <summary>This host's certificate with its key.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>What others see of this host.</summary>
    public string Name => CertificateNames.NameOf(Own);

    /// <summary>Whole days until this host's certificate expires; negative when it has.</summary>
    public int DaysLeft(DateTimeOffset now) => (int)Math.Floor((Own.NotAfter.ToUniversalTime() - now.UtcDateTime).TotalDays);

    /// <summary>
    /// Whether one of the files has another content by now. While one is missing, or half written, it has: reading anew says what is wrong, and what was
    /// read before can be used until nothing is.
    /// </summary>
    public bool HaveChanged() => !PemContents.Read(Settings, []).Digest().AsSpan().SequenceEqual(_digest);

    /// <param name="isConsole">A certificate for clients alone will do.</param>
    /// <returns>The files; or all their problems, sentences that begin with the file.</returns>
    public static (CertificateFiles? Files, ImmutableArray<string> Problems) Read(TlsSettings settings, DateTimeOffset now, bool isConsole = false)
    {
        var problems = new List<string>();
        PemContents contents = PemContents.Read(settings, problems);
        ImmutableArray<X509Certificate2> authorities = ReadAuthorities(settings.Ca, contents.Ca, now, problems);
        X509Certificate2? certificate = ReadCertificate(settings.Certificate, contents.Certificate, problems);
        if (certificate is not null && authorities.Length > 0 && new CertificatePolicy(authorities, settings.Ca, [], "", isConsole).Judge(certificate, now) is { } verdict)
            problems.Add($"{settings.Certificate}: {verdict}");
        if (JudgeKey(settings.Key, contents.KeyStatus, Capabilities.User, Capabilities.Group) is { } seen)
            problems.Add(seen);
        X509Certificate2? own = Join(settings, certificate, contents.Key, problems);
        if (problems.Count == 0)
            return (new CertificateFiles(settings, authorities, own!, contents.Digest()), []);
        own?.Dispose();
        return (null, [.. problems]);
    }

    private static ImmutableArray<X509Certificate2> ReadAuthorities(string file, string? pem, DateTimeOffset now, List<string> problems)
    {
        if (pem is null)
            return [];
        ImmutableArray<X509Certificate2> all = Certificates(file, pem, problems);
        if (all.Length == 0)
            return all;
        if (all.FirstOrDefault(c => !CertificateNames.IsAuthority(c)) is { } other)
            problems.Add($"{file}: certificate '{CertificateNames.NameOf(other)}' is not an authority's (basic constraints: CA); take it out");
        if (!all.Any(c => c.SubjectName.RawData.AsSpan().SequenceEqual(c.IssuerName.RawData)))
            problems.Add($"{file}: has no authority at the top (one that has issued its own certificate); put it in as well");
        else if (all.All(c => now > c.NotAfter))
            problems.Add($"{file}: each authority of it has expired, '{CertificateNames.NameOf(all[0])}' on {CertificateNames.Moment(all[0].NotAfter)}; make a new one (mcrd tls init) and give it to all hosts");
        return all;
    }

    private static X509Certificate2? ReadCertificate(string file, string? pem, List<string> problems) =>
        pem is null ? null : Certificates(file, pem, problems).FirstOrDefault();

    private static ImmutableArray<X509Certificate2> Certificates(string file, string pem, List<string> problems)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(pem);
            if (all.Count > 0)
                return [.. all];
            problems.Add($"{file}: has no certificate in PEM (a part '-----BEGIN CERTIFICATE-----')");
        }
        catch (CryptographicException e)
        {
            problems.Add($"{file}: cannot be read as a certificate in PEM: {CertificateNames.Printable(e.Message)}");
        }

        return [];
    }

    /// <summary>
    /// A key is its owner's alone. But root, who gives a key to a user that is not to change it, does it by that user's group: for a daemon, that is nobody else.
    /// </summary>
    /// <param name="user">Of this process, like <paramref name="group"/>.</param>
    /// <returns>A sentence, or null.</returns>
    internal static string? JudgeKey(string file, UnixFile.Status status, uint user, uint group)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        bool isGiven = user != 0 && status.UserId == 0 && status.GroupId == group && (status.Mode & Others) == UnixFileMode.GroupRead;
        return (status.Mode & Others) == 0 || isGiven
            ? null
            : $"{file}: can be read or written by others than its owner (mode 0{Convert.ToString((int)status.Mode, 8)}); chmod 0600 {file}";
    }

    /// <summary>The certificate with its key.</summary>
    private static X509Certificate2? Join(TlsSettings settings, X509Certificate2? certificate, string? pem, List<string> problems)
    {
        if (pem is null)
            return null;
        if (pem.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal))
        {
            problems.Add($"{settings.Key}: is protected by a password, which nobody can give when mcrd starts; store it without one, readable by mcrd alone");
            return null;
        }

        if (!pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            problems.Add($"{settings.Key}: has no key in PEM (a part '-----BEGIN PRIVATE KEY-----')");
            return null;
        }

        if (certificate is null)
            return null;
        try
        {
            return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), pem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            problems.Add($"{settings.Key}: is not the key of certificate '{CertificateNames.NameOf(certificate)}' in {settings.Certificate}: {CertificateNames.Printable(e.Message)}");
            return null;
        }
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mcr.Actors.Cluster.Tls;

namespace Mcr.Host.Mcrd.Tls;

/// <summary>
/// `mcrd tls init`: an authority and certificates in one directory. What is there is used and never written over; either everything that was asked for is
/// made, or nothing.
/// </summary>
internal sealed class Lab(LabOptions options, TextWriter output, DateTimeOffset now)
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode OwnDirectory = OwnFile | UnixFileMode.UserExecute;

    private const string AuthorityName = "ca";

    private const int AuthorityYears = 10;

    /// <summary>For hosts whose clock is behind.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromHours(1);

    private readonly List<(string Path, string Pem, bool IsNodeKey)> _toWrite = [];

    private string Directory { get; } = Path.GetFullPath(options.Directory);

    /// <returns>All problems; none, and everything is made.</returns>
    public IReadOnlyList<string> Run()
    {
        (string Name, CertificateKind Kind)[] wanted = [.. options.Nodes.Select(n => (n, CertificateKind.Node)), .. options.Consoles.Select(n => (n, CertificateKind.Console))];
        List<string> problems = [.. wanted.Select(w => LabNames.Judge(w.Name)).OfType<string>()];
        problems.AddRange(wanted.GroupBy(w => w.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => $"'{g.Key}' is given twice; one name is one certificate"));
        problems.AddRange(wanted.SelectMany(w => new[] { CertificateOf(w.Name), KeyOf(w.Name) }).Where(File.Exists).Distinct().Select(f => $"{f} is there, and nothing is written over; to renew it, move it away first"));
        using X509Certificate2? authority = problems.Count == 0 ? Authority(wanted.Length, problems) : null;
        if (authority is null)
            return problems;
        foreach ((string name, CertificateKind kind) in wanted)
        {
            using X509Certificate2 made = CertificateMaker.Make(authority, name, kind, Earliest(authority), now.AddDays(options.Days));
            Add(name, made, kind == CertificateKind.Node);
        }

        if (Write() is { } refusal)
            return [refusal];
        Print(wanted);
        return [];
    }

    private string CertificateOf(string name) => Path.Combine(Directory, $"{name}.pem");

    private string KeyOf(string name) => Path.Combine(Directory, $"{name}.key");

    /// <summary>A certificate is not valid before its authority.</summary>
    private DateTimeOffset Earliest(X509Certificate2 authority) => now - Slack > authority.NotBefore ? now - Slack : authority.NotBefore;

    /// <returns>That of the directory, or a new one; null when there is a problem.</returns>
    private X509Certificate2? Authority(int wanted, List<string> problems)
    {
        string certificate = CertificateOf(AuthorityName), key = KeyOf(AuthorityName);
        bool hasCertificate = File.Exists(certificate), hasKey = File.Exists(key);
        if (!hasCertificate && !hasKey)
        {
            X509Certificate2 made = CertificateMaker.MakeAuthority($"MCR lab {now:yyyy-MM-dd} {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}", now - Slack, now.AddYears(AuthorityYears));
            Add(AuthorityName, made);
            return made;
        }

        if (hasCertificate != hasKey)
            problems.Add($"{(hasCertificate ? key : certificate)} is missing beside {(hasCertificate ? certificate : key)}; put both there, or take another directory for a new authority");
        else if (wanted == 0)
            problems.Add($"{certificate} is there already; name what it is to make certificates for: --nodes a,b or --consoles alice");
        else
            return ReadAuthority(certificate, key, problems);
        return null;
    }

    private X509Certificate2? ReadAuthority(string certificate, string key, List<string> problems)
    {
        try
        {
            var authority = X509Certificate2.CreateFromPemFile(certificate, key);
            if (authority.Extensions.OfType<X509BasicConstraintsExtension>().Any(c => c.CertificateAuthority) && now < authority.NotAfter)
                return authority;
            problems.Add($"{certificate} {(now < authority.NotAfter ? "is not an authority's certificate" : $"expired on {authority.NotAfter.ToUniversalTime():yyyy-MM-dd}")}; take another directory for a new authority");
            authority.Dispose();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            problems.Add($"{certificate} and {key} cannot be used as an authority: {e.Message}");
        }

        return null;
    }

    private void Add(string name, X509Certificate2 made, bool isNode = false)
    {
        using ECDsa key = made.GetECDsaPrivateKey()!;
        _toWrite.Add((KeyOf(name), key.ExportPkcs8PrivateKeyPem() + "\n", isNode));
        _toWrite.Add((CertificateOf(name), made.ExportCertificatePem() + "\n", false));
    }

    /// <returns>null, or why not; then nothing of it is left.</returns>
    private string? Write()
    {
        var written = new List<string>();
        try
        {
            if (!System.IO.Directory.Exists(Directory))
                System.IO.Directory.CreateDirectory(Directory, OwnDirectory);
            foreach ((string path, string pem, bool isNodeKey) in _toWrite)
            {
                // Made new, with the mode it is to have, so that nobody reads it meanwhile and nothing is written over whatever else goes on.
                using var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnFile });
                written.Add(path);
                if (path.EndsWith(".pem", StringComparison.Ordinal))
                    File.SetUnixFileMode(stream.SafeFileHandle, OwnFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
                if (isNodeKey && ServiceGroup.Of(Directory) is { } group)
                    ServiceGroup.LetRead(stream.SafeFileHandle, group); // the authority's and consoles' keys are none of its business
                stream.Write(Encoding.ASCII.GetBytes(pem));
                stream.Flush(flushToDisk: true);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            written.ForEach(File.Delete);
            return $"{Directory} cannot be written, and nothing was made: {e.Message}";
        }
    }

    private void Print((string Name, CertificateKind Kind)[] wanted)
    {
        foreach ((string path, _, bool isNodeKey) in _toWrite)
            output.WriteLine($"made {path}{(isNodeKey && ServiceGroup.Of(Directory) is not null ? $", which the group {ServiceGroup.Name} may read" : "")}");
        if (_toWrite.Any(f => f.Path == KeyOf(AuthorityName)))
            output.WriteLine($"\nWho has {KeyOf(AuthorityName)} can make nodes and consoles: no host needs it, so keep it away from them.");
        foreach ((string name, CertificateKind kind) in wanted)
        {
            string files = $"{CertificateOf(AuthorityName)}, {CertificateOf(name)} and {KeyOf(name)}";
            if (kind == CertificateKind.Node)
            {
                output.WriteLine($"\nFor node '{name}', take {files} to it, and write into its mcrd.hocon:");
                output.WriteLine($"  mcr.tls {{ ca = \"{CertificateOf(AuthorityName)}\", certificate = \"{CertificateOf(name)}\", key = \"{KeyOf(name)}\" }}");
            }
            else
            {
                output.WriteLine($"\nFor console '{name}', take {files} to it; add {name} to mcr.console.admins (may change) or mcr.console.readers (may ask) on each node, and call:");
                output.WriteLine($"  mcrctl --remote akka.ssl.tcp://mcr@HOST:4054 --tls-ca {CertificateOf(AuthorityName)} --tls-certificate {CertificateOf(name)} --tls-key {KeyOf(name)} list");
            }
        }
    }
}

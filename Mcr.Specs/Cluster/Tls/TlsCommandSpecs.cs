using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Configuration;

namespace Mcr.Specs.Cluster.Tls;

/// <summary><c>mcrd tls</c> as a user calls it.</summary>
public sealed class TlsCommandSpecs : IDisposable
{
    private readonly string _directory = Path.Combine(Directory.CreateTempSubdirectory("mcr-spec-tls").FullName, "lab");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);

    [Fact]
    public void Init_should_make_what_works_add_to_it_and_write_over_nothing()
    {
        (int code, string output, string error) = Tls("init", "--directory", _directory, "--nodes", "relay-a,relay-b", "--consoles", "alice", "--days", "90");
        Assert.Equal((0, ""), (code, error));
        string line = output.Split('\n').First(l => l.Contains("mcr.tls {", StringComparison.Ordinal)).Trim();
        Assert.Equal($"mcr.tls {{ ca = \"{_directory}/ca.pem\", certificate = \"{_directory}/relay-a.pem\", key = \"{_directory}/relay-a.key\" }}", line);
        TlsSettings written = SettingsReader.Read(new SettingsSources { ConfigFile = "mcrd.hocon", Text = line, Environment = _ => null }).Settings!.Tls;
        Assert.Equal(89, Good(written).DaysLeft(DateTimeOffset.UtcNow));
        Assert.True(CertificateNames.IsForServers(Good(Of("relay-b")).Own));
        Assert.NotNull(CertificateFiles.Read(Of("alice"), DateTimeOffset.UtcNow, isConsole: true).Files);
        Assert.Contains("is a console's", Assert.Single(CertificateFiles.Read(Of("alice"), DateTimeOffset.UtcNow).Problems), StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(_directory, "*.key"), key => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key)));
        Dictionary<string, string> before = All();

        (code, _, error) = Tls("init", "--directory", _directory, "--nodes", "relay-c,relay-a");
        Assert.Equal(1, code);
        Assert.Contains($"mcrd tls init: {_directory}/relay-a.pem is there, and nothing is written over", error, StringComparison.Ordinal);
        Assert.Equal(before, All()); // not relay-c, either

        (code, output, error) = Tls("init", "--directory", _directory, "--nodes", "relay-c");
        Assert.Equal((0, ""), (code, error));
        Assert.DoesNotContain("made " + Path.Combine(_directory, "ca.pem"), output, StringComparison.Ordinal);
        Assert.Equal("relay-c", Good(Of("relay-c")).Name);
        Assert.Equal(before, All().Where(f => before.ContainsKey(f.Key)).ToDictionary());
    }

    [Fact]
    public void Show_should_say_whose_and_for_what_a_certificate_is()
    {
        Assert.Equal(0, Tls("init", "--directory", _directory, "--nodes", "relay-a", "--consoles", "alice").Code);
        (int code, string output, string error) = Tls("show", Path.Combine(_directory, "ca.pem"), Path.Combine(_directory, "relay-a.pem"), Path.Combine(_directory, "alice.pem"));
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("names        relay-a\n", output, StringComparison.Ordinal);
        Assert.Contains("(364 days left)", output, StringComparison.Ordinal);
        Assert.Contains("issuer       CN=MCR lab ", output, StringComparison.Ordinal);
        Assert.Equal(
            ["as an authority: it issues the others", "by a node, and by a console", "by a console"],
            output.Split('\n').Where(l => l.Contains("may be used", StringComparison.Ordinal)).Select(l => l.Replace("may be used", "", StringComparison.Ordinal).Trim()));

        (code, _, error) = Tls("show", Path.Combine(_directory, "relay-a.key"), Path.Combine(_directory, "none.pem"));
        Assert.Equal(1, code);
        Assert.Contains("relay-a.key: has no certificate in PEM", error, StringComparison.Ordinal);
        Assert.Contains("none.pem: cannot be read", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Init_should_say_all_that_is_wrong_and_make_nothing()
    {
        (int code, _, string error) = Tls("init", "--directory", _directory, "--nodes", "relay-a,../x,ca", "--consoles", "relay-a");
        Assert.Equal(1, code);
        Assert.Contains("'../x' can be no name of a certificate here", error, StringComparison.Ordinal);
        Assert.Contains("'ca' is the authority's name", error, StringComparison.Ordinal);
        Assert.Contains("'relay-a' is given twice", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory));
        Assert.Equal(64, Tls("init", "--directory", _directory, "--days", "0").Code);
    }

    private static (int Code, string Output, string Error) Tls(params string[] arguments)
    {
        using var run = new RunningProcess(null, Executables.Mcrd, ["tls", .. arguments]);
        return run.End();
    }

    private static CertificateFiles Good(TlsSettings settings)
    {
        (CertificateFiles? files, IReadOnlyList<string> problems) = CertificateFiles.Read(settings, DateTimeOffset.UtcNow);
        Assert.Empty(problems);
        return files!;
    }

    private TlsSettings Of(string name) => new(Path.Combine(_directory, "ca.pem"), Path.Combine(_directory, $"{name}.pem"), Path.Combine(_directory, $"{name}.key"));

    private Dictionary<string, string> All() => Directory.GetFiles(_directory).ToDictionary(f => f, File.ReadAllText);
}

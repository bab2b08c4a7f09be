using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Configuration;
using Mcr.Native.Interop;

namespace Mcr.Specs.Cluster.Tls;

/// <summary>Files as operators leave them.</summary>
public sealed class CertificateFilesSpecs : IDisposable
{
    private readonly CertificateLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Good_files_should_be_read()
    {
        (CertificateFiles? files, IReadOnlyList<string> problems) = CertificateFiles.Read(_lab.Settings(_lab.Node("relay-a")), CertificateLab.Now);
        Assert.Empty(problems);
        Assert.Equal(("relay-a", 29, true), (files!.Name, files.DaysLeft(CertificateLab.Now.AddHours(1)), files.Own.HasPrivateKey));
        Assert.Equal(-1, files.DaysLeft(CertificateLab.Now.AddDays(30).AddHours(1)));
    }

    [Fact]
    public void Key_of_another_certificate_should_be_a_problem()
    {
        TlsSettings one = _lab.Settings(_lab.Node("relay-a")), other = _lab.Settings(_lab.Node("relay-b"));
        Assert.StartsWith($"{other.Key}: is not the key of certificate 'relay-a' in {one.Certificate}", Assert.Single(Problems(one with { Key = other.Key })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "0640")]
    [InlineData(UnixFileMode.OtherRead, "0604")]
    [InlineData(UnixFileMode.GroupWrite, "0620")]
    public void Key_that_others_can_read_should_be_a_problem(UnixFileMode more, string mode)
    {
        TlsSettings settings = _lab.Settings(_lab.Node());
        File.SetUnixFileMode(settings.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        Assert.Equal($"{settings.Key}: can be read or written by others than its owner (mode {mode}); chmod 0600 {settings.Key}", Assert.Single(Problems(settings)));
    }

    [Theory]
    [InlineData(0, 990, 0b110_100_000, 990, true)]
    [InlineData(0, 990, 0b110_000_000, 990, true)]
    [InlineData(0, 991, 0b110_100_000, 990, false)] // another group's
    [InlineData(990, 990, 0b110_100_000, 990, false)] // its own, and its group might be others
    [InlineData(0, 990, 0b110_110_000, 990, false)]
    [InlineData(0, 990, 0b110_100_100, 990, false)]
    [InlineData(0, 0, 0b110_100_000, 0, false)] // root is nobody whom root would have to give a key
    public void Key_that_root_gives_to_the_group_of_mcrd_should_be_taken(uint owner, uint fileGroup, int mode, uint self, bool isTaken) =>
        Assert.Equal(isTaken, CertificateFiles.JudgeKey("/k", new UnixFile.Status(false, owner, fileGroup, (UnixFileMode)mode, 0, 0), self, self) is null);

    [Fact]
    public void Certificate_should_be_judged_as_that_of_a_peer()
    {
        using var foreign = new CertificateLab();
        TlsSettings expired = _lab.Settings(_lab.Node("relay-a", -2, -1));
        Assert.StartsWith($"{expired.Certificate}: certificate 'relay-a' expired on", Assert.Single(Problems(expired)), StringComparison.Ordinal);
        Assert.Contains($"is not issued by an authority of {_lab.Ca}", Assert.Single(Problems(foreign.Settings(foreign.Node()) with { Ca = _lab.Ca })), StringComparison.Ordinal);
        TlsSettings console = _lab.Settings(_lab.Console());
        Assert.Contains("is a console's", Assert.Single(Problems(console)), StringComparison.Ordinal);
        Assert.Empty(CertificateFiles.Read(console, CertificateLab.Now, isConsole: true).Problems);
    }

    [Fact]
    public void All_problems_should_be_said_at_once()
    {
        TlsSettings settings = _lab.Settings(_lab.Node());
        _lab.Write(settings.Certificate, "no certificate");
        File.SetUnixFileMode(settings.Key, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        string[] problems = Problems(settings with { Ca = _lab.PathOf("missing.pem") });
        Assert.Equal(3, problems.Length);
        Assert.StartsWith($"{_lab.PathOf("missing.pem")}: cannot be read (mcr.tls.ca): ", problems[0], StringComparison.Ordinal);
        Assert.StartsWith($"{settings.Certificate}: has no certificate in PEM", problems[1], StringComparison.Ordinal);
        Assert.StartsWith($"{settings.Key}: can be read or written by others", problems[2], StringComparison.Ordinal);
        Assert.Equal(3, Problems(TlsSettings.None).Length);
    }

    [Fact]
    public void Key_with_a_password_or_no_key_should_be_a_problem()
    {
        TlsSettings settings = _lab.Settings(_lab.Node());
        _lab.Write(settings.Key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n");
        Assert.Contains("is protected by a password", Assert.Single(Problems(settings)), StringComparison.Ordinal);
        _lab.Write(settings.Key, "nothing");
        Assert.Contains("has no key in PEM", Assert.Single(Problems(settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_should_know_when_they_have_changed()
    {
        TlsSettings settings = _lab.Settings(_lab.Node()), next = _lab.Settings(_lab.Node());
        CertificateFiles files = CertificateFiles.Read(settings, CertificateLab.Now).Files!;
        Assert.False(files.HaveChanged());
        _lab.Write(settings.Key, File.ReadAllText(settings.Key)); // written again, and the same
        Assert.False(files.HaveChanged());
        _lab.Write(settings.Certificate, File.ReadAllText(next.Certificate));
        Assert.True(files.HaveChanged());
        Assert.NotEmpty(Problems(settings)); // half of a renewal
        _lab.Write(settings.Key, File.ReadAllText(next.Key));
        Assert.True(files.HaveChanged());
        Assert.Empty(Problems(settings));
        File.Delete(settings.Ca);
        Assert.True(files.HaveChanged());
    }

    /// <summary>A renewal that takes the key away and puts another there, again and again, while it is read.</summary>
    [Fact]
    public async Task Key_that_is_just_being_replaced_should_be_read_or_be_a_problem()
    {
        TlsSettings settings = _lab.Settings(_lab.Node());
        using var isEnough = new CancellationTokenSource();
        Task renewal = Task.Run(() =>
        {
            string next = _lab.PathOf("next.key");
            while (!isEnough.IsCancellationRequested)
            {
                File.Copy(settings.Key, next); // with its mode
                File.Delete(settings.Key);
                Thread.Yield();
                File.Move(next, settings.Key); // not copied there: .NET would lock it against the reader
            }
        });
        for (int i = 0; i < 300; i++)
            Problems(settings);
        await isEnough.CancelAsync();
        await renewal;
        Assert.Empty(Problems(settings));
    }

    private static string[] Problems(TlsSettings settings)
    {
        (CertificateFiles? files, IReadOnlyList<string> problems) = CertificateFiles.Read(settings, CertificateLab.Now);
        Assert.Equal(problems.Count == 0, files is not null);
        return [.. problems];
    }
}

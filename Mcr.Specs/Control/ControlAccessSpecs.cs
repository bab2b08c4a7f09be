using System.Diagnostics;
using System.Net.Sockets;
using Mcr.Actors.Audit;
using Mcr.Actors.Control;
using Mcr.Native.Interop;

namespace Mcr.Specs.Control;

/// <summary>Who may do what, and what is noted down of it.</summary>
public sealed class ControlAccessSpecs : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mcr-spec-audit-");

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>What is not in this list is denied to those who may only ask.</summary>
    [Fact]
    public void Only_these_requests_should_be_questions()
    {
        string[] questions = ["ClusterLeg", "ClusterRules", "ClusterStatus", "Events", "GetLogLevels", "Interfaces", "ListRules", "ListWorkers", "Ping", "ShowAudit", "ShowConfig", "Stats", "TraceGet", "Version"];
        ControlRequest[] all = [.. typeof(ControlRequest).GetNestedTypes().Select(t => (ControlRequest)Activator.CreateInstance(t)!)];
        Assert.Equal(questions, all.Where(ControlAccess.OnlyAsks).Select(r => r.GetType().Name).Order(StringComparer.Ordinal));
        Assert.True(ControlAccess.OnlyAsks(new ControlRequest.ChangeRules { DryRun = true }));
    }

    /// <summary>Who may only ask moves no rule from node to node.</summary>
    [Fact]
    public void Takeovers_should_be_changes() => Assert.All(
        new ControlRequest[] { new ControlRequest.ClusterTakeover { Rule = "video", Member = "b" }, new ControlRequest.ClusterDrain { Member = "b" }, new ControlRequest.ClusterDrain { Member = "b", End = true }, new ControlRequest.ClusterYield { Rule = "video", Member = "b" } },
        request => Assert.False(ControlAccess.OnlyAsks(request)));

    [Theory]
    [InlineData(null, 9, new uint[] { 9 }, true)] // who could connect may do everything
    [InlineData(8u, 0, new uint[] { 9 }, true)]
    [InlineData(8u, 5, new uint[] { 9 }, true)]
    [InlineData(8u, 9, new uint[] { 9, 7 }, true)]
    [InlineData(8u, 9, new uint[] { 9, 7, 8 }, true)]
    [InlineData(8u, 9, new uint[] { 9, 8 }, false)]
    [InlineData(8u, 9, new uint[] { 9 }, null)]
    public void User_and_groups_should_decide(uint? readers, uint uid, uint[] groups, bool? mayChange) =>
        Assert.Equal(mayChange, new ControlAccess(5, 7, readers).Judge(uid, groups));

    [Fact]
    public async Task Peer_should_be_who_has_connected()
    {
        await using var fixture = new ControlFixture();
        using (ControlClient client = fixture.Connect())
            client.Ask(new ControlRequest.Ping());
        ControlPeer peer = Assert.Single(fixture.Peers);
        Assert.Equal((Environment.ProcessId, Libc.geteuid(), true), (peer.Pid, peer.Uid, peer.MayChange));
        Assert.Equal("root", UnixUsers.NameOf(0));
        Assert.Null(UnixUsers.NameOf(4_294_000_000));
        using Socket socket = fixture.ConnectRaw();
        Assert.NotEmpty(PeerCredentials.Of(socket.SafeHandle).Groups);
    }

    [Fact]
    public async Task Connection_should_be_closed_after_an_answer_that_is_the_last()
    {
        await using var fixture = new ControlFixture(options: new ControlServerOptions { Idle = TimeSpan.FromHours(1) });
        fixture.AnswerWith(new ControlResponse.Error("no more") { IsLast = true });
        using Socket socket = fixture.ConnectRaw();
        socket.Send(ControlFrame.Wrap(RequestCodec.Encode(new ControlRequest.Ping()), ControlProtocol.MaxRequestBytes));
        Assert.Equal("no more", Assert.IsType<ControlResponse.Error>(ControlFixture.LastAnswer(socket)).Problems.Single().Sentence);
    }

    [Fact]
    public void Audit_file_should_stay_bounded_and_the_last_lines_be_found_across_files()
    {
        var file = new AuditFile(_directory.FullName, longest: 1000);
        for (int i = 0; i < 100; i++)
            Assert.Null(file.Append(Entry($"{i}")));
        string[] files = [.. Directory.GetFiles(_directory.FullName).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(["audit.log", "audit.log.1", "audit.log.2", "audit.log.3", "audit.log.4"], files);
        Assert.All(files, f => Assert.InRange(new FileInfo(Path.Combine(_directory.FullName, f)).Length, 1, 1300));
        File.AppendAllText(file.Path, "{\"time\":\"2026-11-2"); // what a full disk leaves
        Assert.Equal(Enumerable.Range(80, 20).Select(i => $"{i}"), file.Last(20).Select(e => e.Sentence));
        Assert.InRange(file.Last(10_000).Count, 20, 99);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
    }

    [Fact]
    public async Task Audit_file_that_cannot_be_written_should_be_said_once_and_cost_nobody_time()
    {
        var said = new List<string>();
        var logged = new List<string>();
        string place = Path.Combine(_directory.FullName, "file");
        File.WriteAllText(place, "no directory");
        using (var log = new AuditLog(Path.Combine(place, "state"), logged.Add, said.Add, TimeProvider.System))
        {
            var watch = Stopwatch.StartNew();
            log.Write(Entry("a"));
            log.Write(Entry("b"));
            Assert.Empty(await log.LastAsync(5));
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        }

        Assert.Equal(2, logged.Count);
        Assert.StartsWith($"the audit log {place}/state/audit.log cannot be written: ", Assert.Single(said), StringComparison.Ordinal);
    }

    /// <summary>A line is bounded, however many rules a change has.</summary>
    [Fact]
    public void Entry_of_ten_thousand_rules_should_list_some_and_count_the_rest()
    {
        RuleShape[] rules = [.. Enumerable.Range(0, 10_000).Select(i => new RuleShape($"r-{i}", null, "eth0", "239.1.1.1", 5000, null, []))];
        AuditEntry entry = AuditEntry.Of(null, "SIGHUP", new ControlResponse.Changes(new ChangesEntry(false, "done so", "00", rules, [], rules[..50])), DateTimeOffset.UnixEpoch, new ControlRequest.ChangeRules { Rules = [new ControlRequest.Add()] });
        Assert.Equal((50, 100, 9_900), (entry.Before!.Count, entry.After!.Count, entry.More));
        Assert.Equal("""SIGHUP: {"ChangeRules":{"rules":[],"removals":[],"replace":false,"dry_run":false}}: done: done so""", entry.ToString());
    }

    private static AuditEntry Entry(string sentence) => new(DateTimeOffset.UnixEpoch, "control", "done", sentence) { Uid = 0, Pid = 1 };
}

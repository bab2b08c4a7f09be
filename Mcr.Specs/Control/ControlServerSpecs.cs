using System.Net.Sockets;
using Mcr.Actors.Control;
using Mcr.Native.Interop;

namespace Mcr.Specs.Control;

public sealed class ControlServerSpecs
{
    private static readonly UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    [Fact]
    public async Task A_request_should_reach_the_handler_and_its_response_the_client()
    {
        await using var fixture = new ControlFixture();
        fixture.AnswerWith(new ControlResponse.Success("done"));
        using ControlClient client = fixture.Connect();

        Assert.Equal(new ControlResponse.Success("done"), client.Ask(new ControlRequest.Remove { Name = "video" }));
        Assert.Equal(new ControlRequest.Remove { Name = "video" }, Assert.Single(fixture.Requests));
    }

    [Fact]
    public async Task A_connection_should_take_several_requests()
    {
        await using var fixture = new ControlFixture();
        using ControlClient client = fixture.Connect();

        for (int i = 0; i < 100; i++)
            Assert.IsType<ControlResponse.Pong>(client.Ask(new ControlRequest.Ping()));
    }

    [Fact]
    public async Task A_response_of_many_rules_should_arrive_whole()
    {
        await using var fixture = new ControlFixture();
        RuleEntry[] rules = [.. Enumerable.Range(0, 20_000).Select(i => new RuleEntry($"r-{i}", null, "eth0", "239.1.1.1", i, [], "Active", null, DateTimeOffset.UnixEpoch, "file", null))];
        fixture.AnswerWith(new ControlResponse.Rules(rules));
        using ControlClient client = fixture.Connect();

        Assert.Equal(rules.Select(r => r.RuleId), Assert.IsType<ControlResponse.Rules>(client.Ask(new ControlRequest.ListRules())).Entries.Select(r => r.RuleId));
    }

    [Fact]
    public async Task Only_the_owner_and_the_group_should_be_let_in()
    {
        await using var fixture = new ControlFixture();

        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(fixture.SocketPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(fixture.LockPath));
        Assert.Equal("rwxr-xr-x", Text(File.GetUnixFileMode(Path.GetDirectoryName(fixture.SocketPath)!)));
    }

    [Fact]
    public async Task The_socket_should_belong_to_the_group_that_was_given()
    {
        NamespaceSupport.RequireOtherUsers();
        await using var fixture = new ControlFixture(start: false);
        await using ControlServer server = fixture.Open(group: "daemon");

        Assert.True(UnixFile.TryStatus(fixture.SocketPath, out UnixFile.Status status).IsSuccess);
        Assert.Equal((0u, UnixGroups.Find("daemon"), true), (status.UserId, status.GroupId, status.IsSocket));
        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(fixture.SocketPath));
    }

    [Fact]
    public async Task A_group_that_does_not_exist_should_be_a_sentence_and_leave_nothing()
    {
        await using var fixture = new ControlFixture(start: false);

        var e = Assert.Throws<ControlSocketException>(() => fixture.Open(group: "nosuchgroup"));

        Assert.Equal(ControlSocketProblem.CannotCreate, e.Kind);
        Assert.StartsWith("control.group: there is no group 'nosuchgroup' in /etc/group; create it (groupadd --system nosuchgroup)", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(fixture.SocketPath) || File.Exists(fixture.LockPath));
    }

    [Fact]
    public void Groups_should_be_found_by_name()
    {
        string[] lines = ["root:x:0:", "", "# none", "mcrx:x:7:", "mcr:x:812:alice,bob", "bad:x:many:"];

        Assert.Equal(812u, UnixGroups.Parse("mcr", lines));
        Assert.Contains("/nosuch/group cannot be read", Assert.Throws<ControlSocketException>(() => UnixGroups.Find("mcr", groupFile: "/nosuch/group")).Message, StringComparison.Ordinal);
        Assert.Null(UnixGroups.Parse("bad", lines));
        Assert.Null(UnixGroups.Parse("mc", lines));
        Assert.Equal(1234u, UnixGroups.Find("1234"));
    }

    [Fact]
    public async Task A_second_server_should_be_refused_and_leave_the_first_alone()
    {
        await using var fixture = new ControlFixture();

        var e = Assert.Throws<ControlSocketException>(() => fixture.Open());

        Assert.Equal(ControlSocketProblem.InUse, e.Kind);
        Assert.Equal($"the control socket {fixture.SocketPath} belongs to an mcrd that is running; stop it, or give this one another with --control-socket-path", e.Message);
        using ControlClient client = fixture.Connect();
        Assert.IsType<ControlResponse.Pong>(client.Ask(new ControlRequest.Ping()));
    }

    [Fact]
    public async Task A_living_socket_should_be_left_alone_even_when_its_lock_file_was_deleted()
    {
        await using var fixture = new ControlFixture();
        File.Delete(fixture.LockPath);

        Assert.Equal(ControlSocketProblem.InUse, Assert.Throws<ControlSocketException>(() => fixture.Open()).Kind);
        using ControlClient client = fixture.Connect();
        Assert.IsType<ControlResponse.Pong>(client.Ask(new ControlRequest.Ping()));
    }

    [Fact]
    public async Task The_socket_of_a_dead_mcrd_should_be_taken_over()
    {
        await using var fixture = new ControlFixture(start: false);
        Directory.CreateDirectory(Path.GetDirectoryName(fixture.SocketPath)!);
        File.WriteAllText(fixture.LockPath, "");
        string elsewhere = fixture.SocketPath + ".bound";
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(elsewhere));
            File.Move(elsewhere, fixture.SocketPath); // .NET unlinks the name it bound: a killed process does not
        }

        Assert.Equal(ControlClientProblem.NotRunning, Assert.Throws<ControlClientException>(() => fixture.Connect()).Kind);
        await using ControlServer server = fixture.Open();

        using ControlClient client = fixture.Connect();
        Assert.IsType<ControlResponse.Pong>(client.Ask(new ControlRequest.Ping()));
    }

    [Fact]
    public async Task A_file_that_is_no_socket_should_be_left_alone()
    {
        await using var fixture = new ControlFixture(start: false);
        Directory.CreateDirectory(Path.GetDirectoryName(fixture.SocketPath)!);
        File.WriteAllText(fixture.SocketPath, "mine");

        var e = Assert.Throws<ControlSocketException>(() => fixture.Open());

        Assert.Equal((ControlSocketProblem.CannotCreate, $"{fixture.SocketPath} is there and is not a socket; move it away, or choose another place with --control-socket-path"), (e.Kind, e.Message));
        Assert.Equal("mine", File.ReadAllText(fixture.SocketPath));
        Assert.False(File.Exists(fixture.LockPath));
    }

    [Theory]
    [InlineData("", "'' cannot be the path of the control socket; give one such as /run/mcr/control.sock")]
    [InlineData("/", "'/' cannot be the path of the control socket")]
    [InlineData("/tmp/a\0b", "'/tmp/a?b' cannot be the path of the control socket")]
    [InlineData("/proc/nosuch/control.sock", "the directory /proc/nosuch of the control socket cannot be made: ")]
    [InlineData("/dev/null/control.sock", "the directory /dev/null of the control socket cannot be made: ")]
    [InlineData("/proc/control.sock", "the lock file /proc/control.sock.lock of the control socket cannot be made: ")]
    [InlineData("/tmp/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789.sock", "the path /tmp/0123")]
    public void A_place_where_no_socket_can_be_should_be_a_sentence(string path, string sentence)
    {
        var e = Assert.Throws<ControlSocketException>(() => ControlServer.Open(path, "", (_, _, _) => throw new InvalidOperationException(), _ => { }));

        Assert.Equal(ControlSocketProblem.CannotCreate, e.Kind);
        Assert.StartsWith(sentence, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_should_finish_what_is_under_way_and_leave_nothing_behind()
    {
        await using var fixture = new ControlFixture();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var finish = new TaskCompletionSource<ControlResponse>();
        fixture.Handle = (_, _) =>
        {
            begun.SetResult();
            return finish.Task;
        };
        using ControlClient client = fixture.Connect();
        using Socket idle = fixture.ConnectRaw();
        var answer = Task.Run(() => client.Ask(new ControlRequest.Ping()));
        await begun.Task;

        Task stopped = fixture.StopAsync();
        Assert.True(ControlFixture.IsClosed(idle));
        Assert.False(stopped.IsCompleted);
        finish.SetResult(new ControlResponse.Success("late"));
        await stopped;

        Assert.Equal(new ControlResponse.Success("late"), await answer);
        Assert.False(File.Exists(fixture.SocketPath) || File.Exists(fixture.LockPath));
        Assert.Equal(ControlClientProblem.NotRunning, Assert.Throws<ControlClientException>(() => fixture.Connect()).Kind);
    }

    [Fact]
    public async Task Stopping_should_not_wait_for_a_handler_that_hangs()
    {
        await using var fixture = new ControlFixture(options: new ControlServerOptions { Grace = TimeSpan.FromMilliseconds(50) });
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Handle = async (_, _) =>
        {
            begun.SetResult();
            return await new TaskCompletionSource<ControlResponse>().Task;
        };
        using ControlClient client = fixture.Connect();
        var answer = Task.Run(() => client.Ask(new ControlRequest.Ping()));
        await begun.Task;

        await fixture.StopAsync();

        Assert.Equal(ControlClientProblem.Broken, (await Assert.ThrowsAsync<ControlClientException>(() => answer)).Kind);
    }

    private static string Text(UnixFileMode mode) =>
        string.Concat(Enumerable.Range(0, 9).Select(i => ((int)mode & (1 << (8 - i))) != 0 ? "rwx"[i % 3] : '-'));
}

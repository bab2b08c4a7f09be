using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Native.Namespaces;
using Mcr.Specs.Cluster.Tls;
using Mcr.Specs.Fixtures;

namespace Mcr.Specs.RemoteConsole;

/// <summary>A real mcrd, and real mcrctls that come by the network.</summary>
public sealed class RemoteConsoleSpecs : IDisposable
{
    private const string Address = "akka.ssl.tcp://mcr@127.0.0.1:4054";

    private readonly CertificateLab _lab = new();
    private readonly NetworkNamespace _place;
    private readonly TlsSettings _tls;
    private readonly McrdProcess _mcrd;

    public RemoteConsoleSpecs()
    {
        NamespaceSupport.Require();
        _place = new NetworkNamespace("console");
        _place.Ip("link set lo up");
        _tls = _lab.Settings(_lab.Node());
        _mcrd = McrdProcess.StartReady(_place, "", Settings("admins = [alice], readers = [bob]"));
        _mcrd.Process.WaitForLine("consoles may connect");
    }

    public void Dispose()
    {
        _mcrd.Dispose();
        _place.Dispose();
        _lab.Dispose();
    }

    [Fact]
    public void An_admin_should_do_what_the_socket_does_byte_for_byte_and_a_large_answer_arrive_whole()
    {
        string rules = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"add --name r{i} --input-interface lo --input-group 239.{1 + (i / 65536)}.{i / 256 % 256}.{i % 256} --input-port 5000 --outputs 10.9.9.9:6000:lo\n"));
        string file = _lab.PathOf("rules");
        _lab.Write(file, rules);
        TlsSettings alice = _lab.Settings(_lab.Console());

        (int code, _, string error) = Shell(alice, $"batch < {file}");
        Assert.Equal((0, ""), (code, error));
        Assert.Matches("console alice at akka\\.ssl\\.tcp://mcrctl-[0-9a-f]{32}@127\\.0\\.0\\.1:[0-9]+ may do everything", _mcrd.Process.WaitForLine("console alice at")); // a name that nobody guesses
        foreach (string command in new[] { "list-rules", "config show --json", "version", "interfaces", "log-level get" })
        {
            (int remoteCode, string remote, _) = Shell(alice, command);
            (int localCode, string local) = _mcrd.TryCtl(command.Split(' '));
            Assert.Equal((localCode, local + "\n"), (remoteCode, remote));
        }

        Assert.Equal(10_000, _mcrd.Rules().Length);
        Assert.Contains(_mcrd.Ctl("audit").GetProperty("Audit").EnumerateArray(), e => e.GetProperty("via").GetString() == "console" && e.GetProperty("user").GetString() == "alice");
    }

    [Fact]
    public void A_reader_should_be_refused_a_change_and_be_noted_down_and_an_unknown_name_everything()
    {
        TlsSettings bob = _lab.Settings(_lab.Console("bob")), eve = _lab.Settings(_lab.Console("eve"));

        Assert.Equal((0, "{\"Rules\":[]}\n", ""), Shell(bob, "list"));
        Assert.Equal((1, "", "mcrctl: console bob may ask, but not change anything: that takes a certificate whose name is in mcr.console.admins\n"), Shell(bob, "remove --name x"));
        Assert.Equal((1, "", "mcrctl: certificate 'eve' is in order, but has no name that is in mcr.console.admins or mcr.console.readers of node spec; add it there\n"), Shell(eve, "list"));
        Assert.Contains(_mcrd.Ctl("audit").GetProperty("Audit").EnumerateArray(), e => e.GetProperty("user").GetString() == "bob" && e.GetProperty("result").GetString() == "denied");
    }

    [Fact]
    public void What_is_wrong_should_be_explained_within_five_seconds()
    {
        TlsSettings alice = _lab.Settings(_lab.Console());
        using var other = new CertificateLab();
        TlsSettings foreign = other.Settings(other.Console());
        using Socket silent = _place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 4060));
        silent.Listen();

        Explained("akka.ssl.tcp://other@127.0.0.1:4054", alice, "names the ActorSystem 'other'");
        Explained("127.0.0.1:4054", alice, "is no address of a console's port");
        Explained("akka.ssl.tcp://mcr@127.0.0.1:4061", alice, "nobody listens at 127.0.0.1:4061");
        Explained("akka.ssl.tcp://mcr@127.0.0.1:4060", alice, "does not answer within 2 s");
        Explained("akka.ssl.tcp://mcr@10.77.0.1:4054", alice, "there is no way to 10.77.0.1:4054");
        Explained("akka.ssl.tcp://mcr@127.0.0.2:4054", alice, "nobody listens");
        Explained("akka.tcp://mcr@127.0.0.1:4054", alice, "does it ask for certificates");
        Explained(Address, foreign, "is not issued by an authority");
        Explained(Address, foreign with { Ca = alice.Ca }, "is not issued by an authority");

        void Explained(string address, TlsSettings tls, string sentence)
        {
            var clock = Stopwatch.StartNew();
            (int code, string output, string error) = Shell(tls, "list", address);
            Assert.Equal((1, "", 1), (code, output, error.Count(c => c == '\n')));
            Assert.Contains(sentence, error, StringComparison.Ordinal);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed} for {error}");
        }
    }

    [Fact]
    public void Lines_from_a_file_should_be_done_one_after_another()
    {
        string file = _lab.PathOf("lines");
        _lab.Write(file, "add --name v --input-interface lo --input-group 239.1.1.1 --input-port 5000 --outputs 10.9.9.9:6000:lo\nbogus\nremove --name v\nlist\nexit\nping\n");

        (int code, string output, string error) = Shell(_lab.Settings(_lab.Console()), $"console < {file}");

        Assert.Equal((2, "mcrctl: 'bogus' is not a command, flag or value here; see mcrctl --help\n"), (code, error));
        Assert.EndsWith("{\"Rules\":[]}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminal_should_have_history_completion_and_a_watch_that_Ctrl_C_ends()
    {
        string home = _lab.PathOf("home");
        Directory.CreateDirectory(home);
        using var terminal = new PseudoTerminal(100, 30, new Dictionary<string, string?> { ["HOME"] = home }, Executables.Mcrctl, "--socket-path", _mcrd.ControlSocket, "console");
        terminal.Await("mcr> ");

        terminal.Type("pi\t\r");
        terminal.Await("mcr> ping ");
        terminal.Await("mcrd is running");
        terminal.Type("watch list\r");
        terminal.Await("\e[?1049h");
        terminal.Type("\u0003");
        terminal.Await("\e[?1049l");
        terminal.Type("version\r");
        terminal.Await("0.1.0");
        terminal.Type("half");
        terminal.Await("mcr> half"); // before, Ctrl-C would be a signal
        terminal.Type("\u0003\u0004");

        Assert.Equal(0, terminal.ExitCode);
        Assert.Equal("ping \nwatch list\nversion\n", File.ReadAllText(Path.Combine(home, ".mcrctl_history")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(home, ".mcrctl_history")));
    }

    [Fact]
    public void Trace_stats_watch_and_names_should_be_as_over_the_socket()
    {
        string home = _lab.PathOf("home");
        Directory.CreateDirectory(home);
        _mcrd.Ctl("add", "--name", "studio-one", "--input-interface", "lo", "--input-group", "239.1.1.1", "--input-port", "5000", "--outputs", "10.9.9.9:6000:lo");
        TlsSettings alice = _lab.Settings(_lab.Console());

        (int code, _, string error) = Shell(alice, "trace enable --name studio-one");
        Assert.Equal((0, ""), (code, error));
        foreach (string command in new[] { "trace get --name studio-one", "trace get --name nobody", "stats --json" })
        {
            (int remoteCode, string remote, string remoteError) = Shell(alice, command);
            (int localCode, string local) = _mcrd.TryCtl(command.Split(' '));
            Assert.Equal((localCode, local + "\n"), (remoteCode, remote + remoteError));
        }

        Assert.Equal(0, Shell(alice, "trace disable --name studio-one").ExitCode);
        using var terminal = new PseudoTerminal(_place, 160, 30, new Dictionary<string, string?> { ["HOME"] = home }, Executables.Mcrctl, [.. Arguments(alice, Address), "console"]);
        terminal.Await("mcr> ");
        terminal.Type("watch stats\r");
        terminal.Await("\e[?1049h");
        terminal.Await("studio-one");
        terminal.Type("\u0003");
        terminal.Await("\e[?1049l");
        terminal.Type("remove --name st\t\r");
        terminal.Await("remove --name studio-one ");
        McrdWaits.Until(() => _mcrd.Rules().Length == 0, () => $"the rule that was completed to be removed:\n{terminal.Text}");
        terminal.Type("node x\r");
        terminal.Await("x> ");
        terminal.Type("ping\r");
        terminal.Await("this mcrd is not one of several");
        terminal.Type("\u0004");
        Assert.Equal(0, terminal.ExitCode);
    }

    [Fact]
    public void Names_that_were_changed_should_count_from_a_reload_on()
    {
        TlsSettings alice = _lab.Settings(_lab.Console()), bob = _lab.Settings(_lab.Console("bob"));
        using var console = new RunningProcess(_place, Executables.Mcrctl, [.. Arguments(bob, Address), "console"], keepsInput: true);
        console.Write("ping\n");
        console.WaitForLine("Pong");

        _mcrd.Configure("", Settings("admins = [bob], readers = [eve], listen = \"127.0.0.1:4055\""));
        string changes = _mcrd.Ctl("reload").GetRawText();
        Assert.Contains("who may connect to the console port is as the files say", changes, StringComparison.Ordinal);
        Assert.Contains("console.listen", changes, StringComparison.Ordinal); // takes a restart
        Assert.DoesNotContain("console.admins: ", changes, StringComparison.Ordinal);
        console.Write("add --name v --input-interface lo --input-group 239.1.1.1 --input-port 5000 --outputs 10.9.9.9:6000:lo\n");
        McrdWaits.Until(() => _mcrd.Rules().Length == 1, () => $"bob to be an admin:\n{console.Output}");
        Assert.Equal((1, "", "mcrctl: certificate 'alice' is in order, but has no name that is in mcr.console.admins or mcr.console.readers of node spec; add it there\n"), Shell(alice, "list"));
        Assert.Equal(0, Shell(_lab.Settings(_lab.Console("eve")), "list").ExitCode);

        // He holds up changes of rules, and is kept out all the same.
        _ = _mcrd.Ask(new ControlRequest.ChangeRules { Confirm = "60s", Removals = [new ControlRequest.Remove { Name = "v" }] });
        _mcrd.Configure("", Settings("admins = [alice], readers = []"));
        string refusal = _mcrd.Ask(new ControlRequest.Reload()).GetProperty("Error").GetRawText();
        Assert.Contains("confirm", refusal, StringComparison.Ordinal);
        Assert.Contains("all the same, who may connect to the console port is as the files say", refusal, StringComparison.Ordinal);
        _mcrd.Process.WaitForLine("is refused from now on, and its session has ended: certificate ");
        console.Write("ping\n");
        console.WaitForLine("certificate 'bob' is in order, but has no name that is in mcr.console.admins or mcr.console.readers of node spec");
    }

    [Fact]
    public void Port_that_ends_should_be_told_of_as_an_event_and_so_when_it_is_back()
    {
        using var place = new NetworkNamespace("taken");
        using Socket taken = place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 4054));
        taken.Listen();
        using McrdProcess mcrd = McrdProcess.StartReady(place, "", Settings("admins = [alice]"));
        McrdWaits.Until(() => Events().Length > 0, "the event that consoles cannot connect");
        taken.Dispose();
        McrdWaits.Until(() => Events().Length > 1, "the event that they can");

        Assert.StartsWith("consoles cannot connect to 127.0.0.1:4054: ", Events()[0], StringComparison.Ordinal);
        Assert.Equal("consoles can connect to 127.0.0.1:4054 again", Events()[1]);

        string[] Events() => [.. mcrd.Ask(new Mcr.Actors.Control.ControlRequest.Events { Last = "1000" }).GetProperty("Events").GetProperty("events").EnumerateArray().Where(e => e.GetProperty("kind").GetString() == "console-state").Select(e => e.GetProperty("message").GetString()!)];
    }

    private string Settings(string console) => $"  tls {{ ca = \"{_tls.Ca}\", certificate = \"{_tls.Certificate}\", key = \"{_tls.Key}\" }}\n  console {{ enabled = on, {console} }}";

    private static string[] Arguments(TlsSettings tls, string address) => ["--remote", address, "--tls-ca", tls.Ca, "--tls-certificate", tls.Certificate, "--tls-key", tls.Key];

    private (int ExitCode, string Output, string Error) Shell(TlsSettings tls, string command, string address = Address)
    {
        using var run = new RunningProcess(_place, "/bin/sh", ["-c", $"exec {Executables.Mcrctl} {string.Join(' ', Arguments(tls, address))} {command}"]);
        return run.End();
    }
}

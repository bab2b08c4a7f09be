using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Mcr.Actors.Control;

namespace Mcr.Specs.Cluster;

/// <summary>Two real mcrds, of which one gets another certificate while datagrams flow through it.</summary>
[Collection(SerialPackets.Name)]
public sealed class RenewalSpecs(ITestOutputHelper output)
{
    private const int ConsolePort = 4054;
    private const int Rate = 2_000;

    [Fact]
    public void Renewed_certificate_should_be_shown_to_nodes_and_consoles_and_cost_no_datagram()
    {
        using var hosts = new ThreeHosts();
        ClusterHost[] two = [hosts.A, hosts.B];
        hosts.A.Start($"  console {{ enabled = on, listen = \"{hosts.A.Management}:{ConsolePort}\", admins = [alice] }}");
        hosts.B.Start();
        foreach (ClusterHost host in two)
            host.Mcrd.WaitReady();
        hosts.AwaitWhole(two);
        using var receiver = new StreamReceiver(hosts.Destination, "dst0", hosts.A.Group, 6000, null);
        using RunningProcess sender = StreamSender.Start(hosts.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{Rate}", "--size", "200");
        hosts.A.Mcrd.AwaitRelayed(Rate);
        string before = Serial(Path.Combine(hosts.Certificates, "a.pem"));
        McrdWaits.Until(() => IsShown(ConsolePort, before), "consoles to be listened to");
        AssertShown(before);
        Assert.Contains("own-a", Remote(hosts, "list"), StringComparison.Ordinal);
        Assert.Contains("own-b", Remote(hosts, "--node b list"), StringComparison.Ordinal);
        CompleteNodes(hosts);
        using var console = new RunningProcess(hosts.B.Place, Executables.Mcrctl, [.. Arguments(hosts), "console"], keepsInput: true);
        console.Write("list\n");
        console.WaitForLine("own-a");

        using var follow = new RunningProcess(hosts.B.Place, Executables.Mcrctl, [.. Arguments(hosts), "events", "--follow"]);
        follow.WaitForLine("node b is part of the cluster");

        // Half of it: said, and nobody is harmed.
        using var renewed = new Renewed(hosts.Certificates);
        renewed.Give("a.pem");
        string[] half = Reload(hosts.A);
        Assert.Equal(2, half.Count(note => note.Contains("goes on with its certificate from before, since the new files cannot be used", StringComparison.Ordinal) && note.Contains("is not the key of certificate 'a'", StringComparison.Ordinal)));
        hosts.A.Mcrd.Process.WaitForLine("the new certificate files cannot be used, and the ones before are until they can");
        AssertShown(before);
        Assert.True(hosts.A.Sees(two) && hosts.B.Sees(two), hosts.A.Describe());

        renewed.Give("a.key");
        string whole = Remote(hosts, "reload"); // the answer comes before the port ends that it goes by
        Assert.Contains("part of the cluster has a new certificate, and is made anew with it; what is relayed is not touched", whole, StringComparison.Ordinal);
        Assert.Contains("the console port has a new certificate, and is made anew with it; what is relayed is not touched", whole, StringComparison.Ordinal);
        string after = Serial(Path.Combine(hosts.Certificates, "a.pem"));
        Assert.NotEqual(before, after);
        McrdWaits.Until(() => IsShown(ThreeHosts.Port, after) && IsShown(ConsolePort, after), "the new certificate to be shown");
        hosts.AwaitWhole(two);
        Assert.Empty(Reload(hosts.A)); // nothing is new
        console.Write("list\n"); // another session, by itself
        console.WaitForLine("own-a");
        Assert.Equal("", console.StandardError);
        _ = hosts.A.Ask(ClusterHost.Rule(0, "239.3.0.1"));
        follow.WaitForLine("239.1.2.1:5000"); // likewise
        Assert.Contains("own-a", Remote(hosts, "list"), StringComparison.Ordinal);
        Assert.Contains("own-b", Remote(hosts, "--node b list"), StringComparison.Ordinal);

        sender.Terminate();
        long sent = StreamSender.Result(sender).Number("sent");
        hosts.A.Mcrd.AwaitQuiet();
        receiver.Process.Terminate();
        Summary received = receiver.Result();
        output.WriteLine($"sent={sent} {received.Line}");
        Assert.Equal((sent, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("duplicated")));

        void AssertShown(string serial) => Assert.True(IsShown(ThreeHosts.Port, serial) && IsShown(ConsolePort, serial));

        bool IsShown(int port, string serial) => Shown(hosts.B, hosts.A.Management, port, hosts.Certificates) == serial;
    }

    /// <returns>What it says beside what became of rules.</returns>
    private static string[] Reload(ClusterHost host)
    {
        JsonElement changes = host.Ask(new ControlRequest.Reload()).GetProperty("Changes");
        return changes.TryGetProperty("notes", out JsonElement notes) ? [.. notes.EnumerateArray().Select(n => n.GetString()!)] : [];
    }

    private static string Remote(ThreeHosts hosts, string command)
    {
        using var run = new RunningProcess(hosts.B.Place, Executables.Mcrctl, [.. Arguments(hosts), .. command.Split(' ')]);
        (int code, string answer, string error) = run.End();
        Assert.True(code == 0, error);
        return answer;
    }

    private static string[] Arguments(ThreeHosts hosts) =>
        ["--remote", $"akka.ssl.tcp://mcr@{hosts.A.Management}:{ConsolePort}", "--tls-ca", $"{hosts.Certificates}/ca.pem", "--tls-certificate", $"{hosts.Certificates}/alice.pem", "--tls-key", $"{hosts.Certificates}/alice.key"];

    private static void CompleteNodes(ThreeHosts hosts)
    {
        using var terminal = new PseudoTerminal(hosts.B.Place, 160, 30, new Dictionary<string, string?> { ["HOME"] = hosts.Certificates }, Executables.Mcrctl, [.. Arguments(hosts), "console"]);
        terminal.Await("mcr> ");
        terminal.Type("node \t\t");
        terminal.Await("a  b");
        terminal.Type("b\r");
        terminal.Await("b> ");
        terminal.Type("list-rules --json\r");
        terminal.Await("own-b");
        terminal.Type("\u0004");
        Assert.Equal(0, terminal.ExitCode);
    }

    private static string Serial(string file)
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
        return certificate.SerialNumber;
    }

    /// <returns>The serial number of the certificate that is shown there; null: nobody shows one just now.</returns>
    private static string? Shown(ClusterHost from, string address, int port, string certificates)
    {
        using Socket socket = from.Place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using var own = X509Certificate2.CreateFromPemFile($"{certificates}/b.pem", $"{certificates}/b.key");
        string? serial = null;
        try
        {
            socket.Connect(address, port);
            socket.ReceiveTimeout = 1_000; // a port that is just ending takes a connection and never answers
            using var stream = new SslStream(new NetworkStream(socket), false, (_, shown, _, _) =>
            {
                serial = shown?.GetSerialNumberString();
                return serial is not null;
            });
            stream.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "a", ClientCertificates = [own] });
        }
        catch (Exception e) when (e is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            // It is being made anew.
        }

        return serial;
    }

    /// <summary>Another certificate of node a by the same authority.</summary>
    private sealed class Renewed : IDisposable
    {
        private readonly string _to;
        private readonly DirectoryInfo _made = Directory.CreateTempSubdirectory("mcr-spec-renewed-");

        public Renewed(string certificates)
        {
            _to = certificates;
            foreach (string file in (string[])["ca.pem", "ca.key"])
                File.Copy(Path.Combine(certificates, file), Path.Combine(_made.FullName, file));
            using var run = new RunningProcess(null, Executables.Mcrd, ["tls", "init", "--directory", _made.FullName, "--nodes", "a"]);
            Assert.True(run.WaitForExit() == 0, run.Output);
        }

        public void Give(string file) => File.Move(Path.Combine(_made.FullName, file), Path.Combine(_to, file), overwrite: true);

        public void Dispose() => _made.Delete(recursive: true);
    }
}

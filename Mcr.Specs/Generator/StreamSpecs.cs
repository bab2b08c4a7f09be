using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Mcr.Native.Namespaces;
using Mcr.Specs.Fixtures;

namespace Mcr.Specs.Generator;

/// <summary>Real streams: mcrgen in one namespace, mcrgen receive in another, joined by two links (va–vb and vc–vd).</summary>
[Collection(SerialPackets.Name)]
public sealed class StreamSpecs : IDisposable
{
    private const string Group = "239.1.1.1";

    private readonly NetworkNamespace _sending;
    private readonly NetworkNamespace _receiving;

    public StreamSpecs()
    {
        NamespaceSupport.Require();
        _sending = new NetworkNamespace("sending");
        _receiving = new NetworkNamespace("receiving");
        NetworkNamespace.Connect(_sending, "va", "10.77.0.1/24", _receiving, "vb", "10.77.0.2/24");
        NetworkNamespace.Connect(_sending, "vc", "10.78.0.1/24", _receiving, "vd", "10.78.0.2/24");
    }

    public void Dispose()
    {
        _sending.Dispose();
        _receiving.Dispose();
    }

    [Fact]
    public void Twenty_thousand_datagrams_at_20000_a_second_should_arrive_in_order_with_the_same_hash()
    {
        using RunningProcess receiver = Receive("vb", Group, "--count 20000 --sha256");

        Dictionary<string, string> sent = Send("va", Group, "--count 20000 --rate 20000 --random --seed 7 --sha256");
        Dictionary<string, string> received = Summary(receiver, expectedExitCode: 0);

        Assert.Equal(("20000", "26320000", "0"), (sent["sent"], sent["bytes"], sent["errors"]));
        Assert.InRange(double.Parse(sent["seconds"]), 0.999, double.MaxValue);
        Assert.Equal(("20000", "0", "0", "0", "0"), (received["received"], received["lost"], received["duplicated"], received["reordered"], received["corrupted"]));
        Assert.Equal(("26320000", "0", "19999"), (received["bytes"], received["first"], received["last"]));
        Assert.Equal(sent["sha256"], received["sha256"]);
        Assert.InRange(double.Parse(received["p50_us"]), 0.1, double.Parse(received["max_us"]));
    }

    [Theory]
    [InlineData("--segments 45 --size 1316 --count 20000 --rate 100000", true)]
    [InlineData("--segments 45 --size 1316 --count 20000 --rate 100000", false)]
    [InlineData("--segments 64 --size 28 --count 1000", true)]
    [InlineData("--segments 3 --size 1472 --count 100", true)]
    public void Runs_sent_with_segmentation_should_arrive_merged_or_not(string options, bool merged)
    {
        if (!merged)
        {
            NamespaceSupport.RequireProgram("ethtool");
            _sending.Tool("ethtool", "-K va tx-udp-segmentation off");
        }

        string count = options.Split(' ')[5];
        using RunningProcess receiver = Receive("vb", Group, $"--count {count} --sha256");

        Dictionary<string, string> sent = Send("va", Group, $"{options} --sha256");
        Dictionary<string, string> received = Summary(receiver, expectedExitCode: 0);

        Assert.Equal((count, "0", "0"), (received["received"], received["lost"], received["reordered"]));
        Assert.Equal(sent["sha256"], received["sha256"]);
    }

    [Theory]
    [InlineData(0, "100", "-")]
    [InlineData(7, "100", "-")]
    [InlineData(20, "100", "99")]
    [InlineData(64, "0", "99")]
    [InlineData(1472, "0", "99")]
    [InlineData(9000, "0", "99")]
    [InlineData(65507, "0", "99")]
    public void Every_size_should_arrive_and_be_checked_as_far_as_it_can(int size, string unverified, string last)
    {
        using RunningProcess receiver = Receive("vb", Group, "--count 100 --sha256");

        Dictionary<string, string> sent = Send("va", Group, $"--count 100 --size {size} --sha256");
        Dictionary<string, string> received = Summary(receiver, expectedExitCode: 0);

        Assert.Equal(("100", "0", unverified, last), (received["received"], received["lost"], received["unverified"], received["last"]));
        Assert.Equal(sent["sha256"], received["sha256"]);
    }

    [Fact]
    public void Unicast_and_interfaces_named_by_address_should_work()
    {
        using RunningProcess receiver = Receive("10.77.0.2", "10.77.0.2", "--count 100");

        Send("10.77.0.1", "10.77.0.2", "--count 100 --rate 0 --batch 7");

        Assert.Equal("0", Summary(receiver, expectedExitCode: 0)["lost"]);
    }

    /// <summary>The same group on the other link and from another source must not leak in, or a relay's input would pass for its output.</summary>
    [Fact]
    public void A_receiver_should_hear_its_own_interface_and_source_only()
    {
        using RunningProcess right = Receive("vb", Group, "--count 100 --source 10.77.0.1");
        using RunningProcess otherLink = Receive("vd", Group, "--timeout 0");
        using RunningProcess otherSource = Receive("vb", Group, "--timeout 0 --source 10.77.0.9");

        Send("va", Group, "--count 100");

        Assert.Equal("100", Summary(right, expectedExitCode: 0)["received"]);
        otherLink.Terminate();
        otherSource.Terminate();
        Assert.Equal("0", Summary(otherLink, expectedExitCode: 1)["received"]);
        Assert.Equal("0", Summary(otherSource, expectedExitCode: 1)["received"]);
    }

    [Fact]
    public void What_never_came_should_be_counted_as_lost_and_fail()
    {
        using RunningProcess receiver = Receive("vb", Group, "--count 100 --timeout 3");

        Send("va", Group, "--count 60");

        Dictionary<string, string> received = Summary(receiver, expectedExitCode: 1);
        Assert.Equal(("60", "40"), (received["received"], received["lost"]));
    }

    [Fact]
    public void A_stranger_should_be_counted_as_corrupted_and_fail()
    {
        using RunningProcess receiver = Receive("10.77.0.2", "10.77.0.2", "--count 10");

        _sending.Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.SendTo(new byte[100], new IPEndPoint(IPAddress.Parse("10.77.0.2"), 5000));
        });
        Send("va", "10.77.0.2", "--count 10");

        Dictionary<string, string> received = Summary(receiver, expectedExitCode: 1);
        Assert.Equal(("11", "0", "1"), (received["received"], received["lost"], received["corrupted"]));
    }

    [Fact]
    public void The_json_summary_should_be_all_of_stdout()
    {
        using var receiver = new RunningProcess(_receiving, Executables.Mcrgen, ["receive", "--interface", "vb", "--group", "10.77.0.2", "--port", "5000", "--timeout", "0.2", "--json"]);

        JsonElement summary = JsonDocument.Parse(receiver.End().Output).RootElement;

        Assert.Equal(0, summary.GetProperty("received").GetInt64());
        Assert.Equal(JsonValueKind.Null, summary.GetProperty("p99_us").ValueKind);
    }

    /// <summary>An endless sender that is told to end says what it sent, and the receiver agrees.</summary>
    [Fact]
    public void An_interrupted_sender_should_account_for_what_it_sent()
    {
        using RunningProcess receiver = Receive("vb", Group, "--timeout 0 --rates");
        using var sender = new RunningProcess(_sending, Executables.Mcrgen, ["--interface", "va", "--group", Group, "--port", "5000", "--rate", "5000"]);
        using RunningProcess probe = Receive("vb", Group, "--count 1000");
        probe.End();
        sender.Terminate();
        (int exitCode, string output, _) = sender.End();
        receiver.Terminate();

        Assert.Equal(0, exitCode);
        Assert.Equal(Fields(output)["sent"], Summary(receiver, expectedExitCode: 0)["received"]);
    }

    private RunningProcess Receive(string device, string group, string options)
    {
        var run = new RunningProcess(_receiving, Executables.Mcrgen, ["receive", "--interface", device, "--group", group, "--port", "5000", .. options.Split(' ')]);
        run.WaitForLine("ready");
        return run;
    }

    private Dictionary<string, string> Send(string device, string group, string options)
    {
        using var run = new RunningProcess(_sending, Executables.Mcrgen, ["--interface", device, "--group", group, "--port", "5000", "--quiet", .. options.Split(' ')]);
        (int exitCode, string output, string error) = run.End();
        Assert.Equal((0, ""), (exitCode, error));
        return Fields(output);
    }

    private static Dictionary<string, string> Summary(RunningProcess receiver, int expectedExitCode)
    {
        (int exitCode, string output, string error) = receiver.End();
        Assert.True(exitCode == expectedExitCode, $"exit code {exitCode} instead of {expectedExitCode}: {output}{error}");
        return Fields(output);
    }

    private static Dictionary<string, string> Fields(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Split(' ').Select(field => field.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}

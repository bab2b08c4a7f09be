using System.Diagnostics;
using System.Text.Json;
using Mcr.Host.Mcrd.Demo;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Relay;

/// <summary>The network changes under a real mcrd while datagrams flow; nobody restarts anything.</summary>
[Collection(SerialPackets.Name)]
public sealed class NetworkChangeSpecs(ITestOutputHelper output) : IDisposable
{
    private const string Group = "239.1.1.1";
    private const int Rate = 10_000;
    private const int OneSecond = 1000; // how long a link is away: what is measured is the time after it

    private readonly RelayTopology _topology = new();
    private readonly List<IDisposable> _running = [];
    private McrdProcess _mcrd = null!;
    private Arrivals _arrivals = null!;
    private SteadySender? _sender;

    public void Dispose()
    {
        _running.Reverse();
        _running.ForEach(r => r.Dispose());
        _topology.Dispose();
    }

    [Fact]
    public void Input_that_goes_down_for_a_second_should_relay_at_once_when_it_is_up()
    {
        Start();
        int worker = Assert.Single(_mcrd.WorkerPids());
        Ip("link set in0 down");
        Expect("pending", "interface in0 is down (see: ip link set in0 up)");
        Thread.Sleep(OneSecond);
        long up = Now();
        Ip("link set in0 up");
        Report("input down 1 s, up", up, 150);
        Expect("active", null);
        Assert.Equal(worker, Assert.Single(_mcrd.WorkerPids()));
    }

    [Fact]
    public void Carrier_that_is_gone_for_a_second_should_cost_no_longer_and_groups_should_be_reported()
    {
        Start();
        using var wire = new MembershipWire(_topology.Source, "src0");
        _topology.Source.Ip("link set src0 down");
        Expect("pending", "interface in0 has no carrier");
        Thread.Sleep(OneSecond);
        long up = Now();
        _topology.Source.Ip("link set src0 up");
        Report("carrier gone 1 s, back", up, 150);
        List<string> heard = wire.Hear(h => h.Count > 1, TimeSpan.FromSeconds(5), Group);
        Assert.Equal([$"to_ex {Group}"], heard.Distinct());
        Expect("active", null);
    }

    [Fact]
    public void Output_that_goes_down_for_a_second_should_relay_at_once_when_it_is_up()
    {
        Start();
        Ip("link set out0 down");
        Expect("degraded", "output interface out0 is down (see: ip link set out0 up)");
        Thread.Sleep(OneSecond);
        long up = Now();
        Ip("link set out0 up");
        Report("output down 1 s, up", up, 150);
        Expect("active", null);
    }

    [Fact]
    public void Input_that_is_deleted_and_made_again_should_be_relayed_from()
    {
        Start();
        _mcrd.AwaitStandby();
        Ip("link delete in0");
        Expect("pending", "interface in0 does not exist");
        long up = MakeInput();
        SendFrom();
        Report("input deleted, made again", up, 300);
        Expect("active", null);
    }

    [Fact]
    public void Output_that_is_deleted_and_made_again_should_be_relayed_to()
    {
        Start();
        Ip("link delete out0");
        Expect("pending", "output interface out0 does not exist");
        NetworkNamespace.Connect(_topology.Relay, "out0", "10.2.0.1/24", _topology.Destination, "dst0", "10.2.0.2/24");
        long up = Now();
        _arrivals.Dispose(); // it listens on the device that was deleted
        using var again = new Arrivals(_topology.Destination, "239.2.2.2", 6000, "10.2.0.2");
        Report("output deleted, made again", up, 1000, again);
        Expect("active", null);
    }

    [Fact]
    public void Input_should_be_followed_by_name_when_it_is_renamed()
    {
        Start();
        _mcrd.Ctl("add", "--name", "renamed", "--input-interface", "in9", "--input-group", "239.1.1.1", "--input-port", "5000", "--outputs", "239.3.3.3:6003:out1");
        using var renamed = new Arrivals(_topology.Destination, "239.3.3.3", 6003, "10.3.0.2");
        Ip("link set in0 down");
        Ip("link set in0 name in9");
        long up = Now();
        Ip("link set in9 up");
        output.WriteLine($"rules of the new name relay {renamed.FirstAfter(up).TotalMilliseconds:0} ms after it was up");
        Expect("pending", "interface in0 does not exist");
        Expect("active", null, "renamed");

        Ip("link set in9 down");
        Ip("link set in9 name in0");
        up = Now();
        Ip("link set in0 up");
        Report("input renamed, back", up, 2000);
        Expect("pending", "interface in9 does not exist", "renamed");
    }

    [Fact]
    public void Address_of_an_output_that_is_replaced_should_be_the_source_of_the_next_datagrams()
    {
        Start(", { interface = out1, group = \"10.3.0.2\", port = 6003 }");
        using var unicast = new Arrivals(_topology.Destination, "10.3.0.2", 6003, "10.3.0.2");
        McrdWaits.Until(() => unicast.LastFrom?.ToString() == "10.3.0.1" && _arrivals.LastFrom?.ToString() == "10.2.0.1", "both outputs");
        Ip("address delete 10.2.0.1/24 dev out0");
        Ip("address add 10.2.0.77/24 dev out0");
        Ip("address delete 10.3.0.1/24 dev out1");
        Ip("address add 10.3.0.77/24 dev out1");
        McrdWaits.Until(() => _arrivals.LastFrom?.ToString() == "10.2.0.77", "the new source of a multicast output");
        McrdWaits.Until(() => unicast.LastFrom?.ToString() == "10.3.0.77", "the new source of a unicast output");
        Expect("active", null);
    }

    [Fact]
    public void Mtu_of_input_and_output_should_change_without_a_loss()
    {
        const int Count = 30_000;
        using McrdProcess mcrd = McrdProcess.StartReady(_topology.Relay, Rule(""));
        using var receiver = new StreamReceiver(_topology.Destination, "dst0", "239.2.2.2", 6000, Count);
        using RunningProcess sender = StreamSender.Start(_topology.Source, "src0", Group, 5000, Count, "--rate", $"{Rate}");
        foreach (int mtu in new[] { 9000, 1500, 4000, 65_535, 1500 })
        {
            foreach (string device in new[] { "in0", "out0" })
                Ip($"link set {device} mtu {mtu}");
        }

        StreamSender.Result(sender);
        Summary received = receiver.Result();
        Assert.Equal((Count, 0), ((int)received.Number("received"), (int)received.Number("lost")));
    }

    [Fact]
    public void Input_that_moves_to_another_namespace_and_back_should_be_relayed_from()
    {
        Start();
        using var elsewhere = new NetworkNamespace("elsewhere");
        Ip($"link set in0 netns {elsewhere.Path}");
        Expect("pending", "interface in0 does not exist");
        elsewhere.Ip($"link set in0 netns {_topology.Relay.Path}");
        Ip("address add 10.1.0.2/24 dev in0");
        long up = Now();
        Ip("link set in0 up");
        Report("input moved to a namespace, back", up, 2000);
        Expect("active", null);
    }

    [Fact]
    public void Interface_that_appears_late_should_start_its_rules()
    {
        Ip("link delete in0");
        StartMcrd("");
        Expect("pending", "interface in0 does not exist");
        long up = MakeInput();
        SendFrom();
        Report("input appears late", up, 2000);
        Expect("active", null);
    }

    [Fact]
    public void Membership_and_gro_that_somebody_takes_away_should_be_had_again()
    {
        NamespaceSupport.RequireProgram("ethtool");
        Start(settings: "  interfaces.in0.gro = on");
        McrdWaits.Until(() => Devices.Feature(_topology.Relay, "in0", "rx-udp-gro-forwarding") == "on", "gro");
        _topology.Relay.Tool("ethtool", "-K in0 rx-udp-gro-forwarding off");
        _mcrd.Process.WaitForLine("UDP GRO forwarding of in0 was switched off by somebody else; it is on again");
        Assert.Equal("on", Devices.Feature(_topology.Relay, "in0", "rx-udp-gro-forwarding"));

        // An MTU that is too small for IPv6 takes its memberships along.
        _mcrd.Ctl("add", "--name", "six", "--input-interface", "in0", "--input-group", "ff0e::1", "--input-port", "5000", "--outputs", "[ff0e::2]:6003:out1");
        Ip("link set in0 mtu 1279");
        _mcrd.Process.WaitForLine("the membership of ff0e::1 has vanished: join ff0e::1");
        Ip("link set in0 mtu 1500");
        McrdWaits.Until(
            () => _topology.Relay.Run(() => File.ReadAllLines("/proc/thread-self/net/igmp6")).Any(l => l.Contains("ff0e0000000000000000000000000001", StringComparison.Ordinal)),
            "the membership to be had again");
        Expect("active", null, "six");
        Assert.InRange(_mcrd.Ctl("interfaces").GetProperty("Interfaces").EnumerateArray().Single(i => i.GetProperty("name").GetString() == "in0").GetProperty("repairs").GetInt32(), 2, 100);
    }

    [Fact]
    public void A_thousand_flaps_should_leave_nothing_behind()
    {
        const int Flaps = 500; // of each of two devices
        const int Remakes = 20;
        const int MaxGrowth = 24 * 1024; // kB; what the heap may have kept of a burst
        Start();
        Flap(Flaps / 10); // everything has been used once
        Remake(2);
        Settled();
        (int Descriptors, int Threads, int Processes, long Memory) before = Usage();
        Flap(Flaps);
        Remake(Remakes);
        Settled();
        McrdWaits.Until(
            () => Usage() is var now && now.Descriptors <= before.Descriptors && now.Processes == before.Processes,
            () => $"descriptors and processes to be as before ({before}); they are {Usage()}");
        (int Descriptors, int Threads, int Processes, long Memory) after = Usage();
        output.WriteLine($"before {before}, after {after}");
        Assert.Equal(before.Processes, after.Processes);
        Assert.InRange(after.Threads, 1, before.Threads);
        Assert.InRange(after.Memory - before.Memory, long.MinValue, MaxGrowth);
    }

    private void Flap(int count)
    {
        string batch = Path.GetTempFileName();
        File.WriteAllLines(batch, Enumerable.Repeat("link set in0 down\nlink set out0 down\nlink set in0 up\nlink set out0 up", count));
        Ip($"-batch {batch}");
        File.Delete(batch);
    }

    private void Remake(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Ip("link delete in0");
            MakeInput();
            if (i % 2 == 0)
                Expect("active", null);
        }
    }

    private void Settled()
    {
        Expect("active", null);
        SendFrom();
        _arrivals.FirstAfter(Now());
    }

    private (int Descriptors, int Threads, int Processes, long Memory) Usage()
    {
        int pid = _mcrd.Process.Pid;
        _mcrd.AwaitStandby();
        (int descriptors, int threads) = McrdWaits.UsageOf(pid);
        return (descriptors, threads, ChildProcesses.Of(pid).Length, ResidentMemory.AllOf(pid));
    }

    private void Start(string outputs = "", string settings = "")
    {
        StartMcrd(outputs, settings);
        SendFrom();
        _arrivals.FirstAfter(0);
    }

    private void StartMcrd(string outputs, string settings = "")
    {
        _running.Add(_mcrd = McrdProcess.StartReady(_topology.Relay, Rule(outputs), settings));
        _running.Add(_arrivals = new Arrivals(_topology.Destination, "239.2.2.2", 6000, "10.2.0.2"));
    }

    /// <summary>Again, after its device was deleted: it sends out of the one it began with.</summary>
    private void SendFrom()
    {
        _sender?.Dispose();
        _running.Add(_sender = new SteadySender(_topology.Source, "10.1.0.1", Group, 5000));
    }

    private long MakeInput()
    {
        Ip($"link add in0 type veth peer name src0 netns {_topology.Source.Path}");
        _topology.Source.Ip("address add 10.1.0.1/24 dev src0");
        _topology.Source.Ip("link set src0 up");
        Ip("address add 10.1.0.2/24 dev in0");
        long up = Now();
        Ip("link set in0 up");
        return up;
    }

    /// <param name="up">When the device was set up, which is where the gap begins.</param>
    private void Report(string what, long up, int most, Arrivals? arrivals = null) =>
        new EventCost(what, "ring") { Gap = (arrivals ?? _arrivals).FirstAfter(up).TotalMilliseconds, LongestGap = most }.Check(output);

    private void Expect(string status, string? why, string rule = "video")
    {
        string last = "";
        McrdWaits.Until(() =>
        {
            JsonElement entry = _mcrd.Rules().Single(r => r.GetProperty("name").GetString() == rule);
            last = entry.ToString();
            return status.Equals(entry.GetProperty("status").GetString(), StringComparison.OrdinalIgnoreCase) && (why is null || entry.GetProperty("why").GetString() == why);
        }, () => $"{rule} to be {status}: {why}; it is {last}");
    }

    private void Ip(string arguments) => _topology.Relay.Ip(arguments);

    private static long Now() => Stopwatch.GetTimestamp();

    private static string Rule(string more) =>
        $$"""{ name = video, input { interface = in0, group = "{{Group}}", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 }{{more}} ] }""";
}

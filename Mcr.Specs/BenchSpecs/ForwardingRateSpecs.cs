using Mcr.Specs.Bench;

namespace Mcr.Specs.BenchSpecs;

/// <summary>The shortest that is a measurement; how fast it goes is nobody's business here.</summary>
[Collection(SerialPackets.Name)]
public sealed class ForwardingRateSpecs(ITestOutputHelper output)
{
    private static readonly Traffic Short = new("short", 2, 1000, Sending.Merged, 20_000, IsKey: true);

    [Fact]
    public void Every_datagram_should_be_counted_and_paid_for()
    {
        Require();
        using var lab = new Lab();
        using var topology = new BenchTopology(Short);
        using RunningPeer mcrd = new McrdPeer("mcrd", "").Start(topology, lab);
        Flow.WaitUntilRelayed(topology, lab, mcrd);
        Flow flow = Flow.Send(topology, lab, mcrd, Short.Load, 10_000);
        output.WriteLine($"{flow}");
        Assert.Equal((10_000 + 35, 0), (flow.Expected / 2, flow.Lost)); // whole sends of 45
        Assert.InRange(flow.RelayNanoseconds, 1, flow.BusyNanoseconds);
        Assert.InRange(flow.SenderNanoseconds, 1, flow.BusyNanoseconds);
        Assert.Equal(0, Flow.Send(topology, lab, null, Short.Load, 100).Expected);
        Latency latency = Latency.Of(topology, lab, mcrd, 1_000, 0.2);
        Assert.Equal((200, 200), (latency.Sent, latency.Received));
        Assert.True(latency.P50 > 0 && latency.P50 <= latency.P99 && latency.P99 <= latency.Max);
    }

    [Fact]
    public void Peer_that_fails_should_be_told_of_and_cost_the_others_nothing()
    {
        Require();
        using var lab = new Lab();
        BenchPlan plan = new(1, 0.02, 0.1, 0.1, [Short], [1_000], [new BrokenPeer(), new McrdPeer(BenchPlan.Mcrd, "")]);
        Results results = new ForwardingRate(plan, lab, output.WriteLine, TestContext.Current.CancellationToken).Run();
        Assert.Contains("broken, short: it does not start", results.Remarks);
        Assert.NotNull(results.Median(Latency.Name(1_000), BenchPlan.Mcrd, Measure.P50));
    }

    private static void Require()
    {
        NamespaceSupport.Require();
        foreach (string program in (string[])["gcc", "ethtool", "taskset"])
            NamespaceSupport.RequireProgram(program);
        Assert.SkipUnless(Environment.ProcessorCount > 1, "This spec needs two CPUs: the sender has one, the relay the other.");
    }

    private sealed record BrokenPeer() : Peer("broken")
    {
        public override RunningPeer Start(BenchTopology topology, Lab lab) => throw new BenchException("it does not start");
    }
}

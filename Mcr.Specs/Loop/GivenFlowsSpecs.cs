using System.Buffers.Binary;
using System.Net;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Loop;
using Mcr.Native.Worker;

namespace Mcr.Specs.Loop;

/// <summary>A loop that is given flows of another worker, and knows them from earlier.</summary>
public sealed class GivenFlowsSpecs : IDisposable
{
    private readonly MemorySource _source = new(); // the loop's to dispose
    private readonly WorkerSlot _slot = WorkerSlot.Create();
    private readonly LoopWakeup _wakeup = new([]);
    private readonly RelayLoop _loop;

    public GivenFlowsSpecs()
    {
        _loop = new RelayLoop([_source], new MemorySink(), _slot, _wakeup, new WorkerOptions(0, Segmentation: false));
        var rule = new ResolvedRule(IPAddress.Parse("239.1.1.1"), 5000, null, 4, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 0)])
        {
            Analysis = AnalysisText.Parse("sequence offset=0 width=32", out _)!.Value,
        };
        _loop.Publish(TableBuilder.Build(new ResolvedRuleSet(1, [rule]), 1, new Dictionary<int, EgressSocket> { [1] = new(10, EgressKind.Multicast) }));
        _loop.Begin();
    }

    public void Dispose()
    {
        _loop.Dispose();
        _wakeup.Dispose();
        _slot.Dispose();
    }

    [Fact]
    public void What_the_other_worker_has_had_should_not_be_missing()
    {
        Relay(1, 2, 3);
        _slot.GiveFlows();
        Relay(50, 51);
        Assert.Equal((5, 0), (Sequence.Datagrams, Sequence.Lost));
        Relay(53);
        Assert.Equal((6, 1), (Sequence.Datagrams, Sequence.Lost)); // it is its own now
        _slot.GiveFlows();
        Relay(90, 92);
        Assert.Equal((8, 2), (Sequence.Datagrams, Sequence.Lost));
    }

    /// <summary>The word outlives the process, like what it is about.</summary>
    [Fact]
    public void Successor_should_go_on_where_its_flows_were()
    {
        Relay(1, 2, 3);
        _slot.GiveFlows();
        Relay(50);
        _loop.Begin();
        Relay(52);
        Assert.Equal((5, 1), (Sequence.Datagrams, Sequence.Lost));
    }

    private SequenceTotals Sequence => _slot.ReadStream(4).Sequence;

    private void Relay(params uint[] numbers)
    {
        foreach (uint number in numbers)
        {
            byte[] payload = new byte[8];
            BinaryPrimitives.WriteUInt32BigEndian(payload, number);
            _source.Add(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, payload));
        }

        _loop.Turn();
    }
}

using System.Net;
using Mcr.Native.Analysis;

namespace Mcr.Specs.Analysis;

/// <summary>What several workers know of one rule's stream, as one.</summary>
public sealed class StreamSumSpecs
{
    [Fact]
    public void Flow_that_has_changed_its_worker_should_be_one()
    {
        FlowReport earlier = Flow(10, 3, 2.0, at: 1);
        FlowReport later = Flow(5, 9, 4.0, at: 2);
        FlowReport other = Flow(1, 0, 1.0, at: 3) with { Ssrc = 8 };
        StreamReport first = StreamReport.Empty with { Seen = PayloadKinds.Rtp, Flows = [earlier, other] };
        StreamReport second = StreamReport.Empty with { Seen = PayloadKinds.Rtp, Flows = [later] };
        FlowReport sum = later with { Sequence = new SequenceTotals(15, 12, 2, 0, 0, 0, 0), LongestGap = 9 };
        Assert.Equal([sum, other], first.Plus(second).Flows);
        Assert.Equal([sum, other], second.Plus(first).Flows);
    }

    private static FlowReport Flow(long datagrams, long lost, double jitter, int at) => new(
        IPAddress.Parse("10.0.0.1"), 4000, 7, 33, new SequenceTotals(datagrams, lost, 1, 0, 0, 0, 0), lost, TimeSpan.FromSeconds(jitter), DateTimeOffset.UnixEpoch.AddSeconds(at));
}

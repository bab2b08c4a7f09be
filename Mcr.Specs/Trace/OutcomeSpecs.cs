using Mcr.Native.Egress;
using Mcr.Native.Interop;

namespace Mcr.Specs.Trace;

/// <summary>What a trace says of each output is what the counters say.</summary>
public sealed class OutcomeSpecs
{
    private const byte Sent = OutcomeMarks.Sent;

    private static byte Why(EgressError error) => OutcomeMarks.Of(error);

    [Fact]
    public void Outputs_should_be_told_apart()
    {
        using var bench = new TraceBench(
            TraceBench.Settings(),
            (EgressKind.Multicast, default),
            (EgressKind.Multicast, new EgressOptions { DecrementTtl = true }),
            (EgressKind.RawIp, new EgressOptions { Mtu = 100 }),
            (EgressKind.Multicast, new EgressOptions { Pace = true }));
        bench.Sink.Refuse = (descriptor, _) => descriptor == 11 ? Libc.ENETDOWN : 0;
        bench.Put(0, 3, size: 50);
        bench.Put(3, 1, size: 200);
        bench.Turn();
        Assert.Equal([Sent, Sent, Sent, Sent], bench.Outcomes(0));
        Assert.Equal([Why(EgressError.Down), Why(EgressError.Down), Why(EgressError.Down), Why(EgressError.Down)], bench.Outcomes(1));
        Assert.Equal([Sent, Sent, Sent, Why(EgressError.TooLong)], bench.Outcomes(2));
        Assert.All(bench.Outcomes(3), outcome => Assert.Equal(OutcomeMarks.Paced, outcome));
    }

    [Fact]
    public void Expired_time_to_live_should_be_told()
    {
        using var bench = new TraceBench(TraceBench.Settings(), (EgressKind.Multicast, new EgressOptions { DecrementTtl = true }));
        byte[] frame = Frames.Udp("10.0.0.1", TraceBench.Group, 5000, new byte[50]);
        frame[14 + 8] = 1;
        bench.Source.Add(frame.WithRightChecksums());
        bench.Put(1);
        bench.Turn();
        Assert.Equal([Why(EgressError.TtlExpired), Sent], bench.Outcomes());
    }

    [Fact]
    public void Rate_limit_should_be_told_of_each_datagram_of_a_run_that_it_cut()
    {
        using var bench = new TraceBench(TraceBench.Settings(every: 3), (EgressKind.Multicast, new EgressOptions { RateLimit = 100_000 }));
        for (int number = 0; number < 120; number += 40)
            bench.Put(number, 40, size: 1_000);
        bench.Turn();
        int sent = (int)bench.Slot.ReadOutput(0, EgressCounters.SentWord);
        Assert.InRange(sent, 1, 119);
        Assert.NotEqual(0, sent % 40);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => i * 3 < sent ? Sent : Why(EgressError.RateLimit)), bench.Outcomes());
    }

    /// <summary>A socket that takes some messages of a batch, and no more.</summary>
    [Fact]
    public void Batch_that_the_kernel_took_in_part_should_be_told_in_part()
    {
        using var bench = new TraceBench(TraceBench.Settings(every: 2));
        int messages = 0;
        bench.Sink.Refuse = (_, _) => ++messages > 2 ? Libc.EAGAIN : 0;
        for (int i = 0; i < 5; i++)
            bench.Put(i * 9, 9, size: 100 + i); // trains of their own
        bench.Turn();
        Assert.Equal(18, bench.Slot.ReadOutput(0, EgressCounters.SentWord));
        Assert.Equal(Enumerable.Range(0, 23).Select(i => i * 2 < 18 ? Sent : Why(EgressError.Full)), bench.Outcomes());
    }

    /// <summary>Where the device cannot cut a train, it is sent as single datagrams.</summary>
    [Fact]
    public void Train_that_was_taken_apart_should_be_told_by_datagram()
    {
        using var bench = new TraceBench(TraceBench.Settings());
        bench.Sink.RefuseBytes = (_, segment, message) => segment > 0 ? Libc.EIO : message[0] == 2 ? Libc.EPERM : 0;
        bench.Put(0, 6);
        bench.Turn();
        Assert.Equal([Sent, Sent, Why(ErrorMapping.ReasonOf(Libc.EPERM)), Sent, Sent, Sent], bench.Outcomes());
    }
}

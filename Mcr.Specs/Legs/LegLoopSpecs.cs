using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Interop;
using Mcr.Native.Legs;
using Mcr.Native.Packet;
using Mcr.Native.Trace;
using Mcr.Native.Worker;

namespace Mcr.Specs.Legs;

/// <summary>From the loop where a leg begins to the loop where it ends.</summary>
public sealed class LegLoopSpecs
{
    [Fact]
    public void Every_size_should_arrive_as_it_was_and_be_counted_at_both_ends()
    {
        using var bench = new LegBench();
        byte[][] payloads = [.. Enumerable.Range(0, 1501).Concat([1600, 9000, 32_000, 65_458, 65_459]).Select(size => LegBench.Payload(size))];
        long bytes = payloads.Sum(p => (long)p.Length);
        byte[][] leg = bench.Send(payloads);
        Assert.Equal(payloads.Select(p => p.Length + LegHeader.Size), leg.Select(d => d.Length));
        Assert.Equal(payloads, bench.Arrive(leg));
        Assert.Equal((payloads.Length, payloads.Length, bytes, 0), (bench.Sent.Next, bench.Sent.Datagrams, bench.Sent.Bytes, bench.Sent.Fragmented));
        Assert.Equal((payloads.Length, bytes, 0), (bench.Sender.Slot.Read(SlotLayout.SentWord), bench.Sender.Slot.Read(SlotLayout.SentBytesWord), bench.Sender.Slot.Read(SlotLayout.ErrorsWord)));
        Assert.Equal((payloads.Length, bytes, 0, 0), (bench.Taken.Count(LegOutcome.Good), bench.Taken.Bytes, bench.Taken.Lost, bench.Refused));
        Assert.Equal((payloads.Length, bytes), (bench.Receiver.Slot.ReadRule(LegBench.RuleCounter, SlotLayout.RuleMatched), bench.Receiver.Slot.ReadRule(LegBench.RuleCounter, SlotLayout.RuleBytes)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Merged_runs_should_be_taken_apart_and_each_datagram_have_its_header(bool segmentation)
    {
        using var bench = new LegBench(segmentation: segmentation);
        byte[][] payloads = [.. Enumerable.Range(0, 90).Select(i => LegBench.Payload(i == 89 ? 300 : 700, i))];
        bench.Put([.. payloads.SelectMany(p => p)], 700);
        byte[][] leg = bench.Send();
        Assert.Equal(90, bench.Sent.Next);
        Assert.Equal(payloads, leg.Select(d => d[LegHeader.Size..]));
        Assert.Equal(segmentation ? [748, 748] : [], bench.Sender.Sink.Segments); // 64 and 26
        Assert.Equal(payloads, bench.ArriveMerged(leg[..64]).Concat(bench.ArriveMerged(leg[64..])));
        Assert.Equal((90, 0), (bench.Taken.Count(LegOutcome.Good), bench.Refused));
    }

    [Fact]
    public void Equal_datagrams_should_leave_as_trains_and_come_again_as_such_at_the_other_end()
    {
        using var bench = new LegBench();
        byte[][] payloads = [.. Enumerable.Range(0, 30).Select(i => LegBench.Payload(1000, i))];
        byte[][] leg = bench.Send(payloads);
        Assert.Equal([1048], bench.Sender.Sink.Segments);
        Assert.Equal(payloads, bench.ArriveMerged(leg));
        Assert.Equal([1000], bench.Receiver.Sink.Segments);
    }

    [Fact]
    public void More_than_the_queue_has_room_for_should_arrive_in_order()
    {
        using var bench = new LegBench();
        for (int i = 0; i < 63; i++)
            bench.Put(LegBench.Payload(66_000 / 100 * 90, i), 600); // 99 datagrams, 6,237 in one batch
        byte[][] leg = bench.Send();
        Assert.Equal(6237, leg.Length);
        Assert.Equal(Enumerable.Range(0, 63).SelectMany(i => LegBench.Payload(59_400, i).Chunk(600)), bench.Arrive(leg));
        Assert.Equal((0, 0, 0), (bench.Taken.Lost, bench.Taken.Reordered, bench.Refused));
    }

    [Fact]
    public void Paced_legs_should_carry_the_same_and_count_payload_only()
    {
        using var bench = new LegBench(new EgressOptions { Pace = true });
        byte[][] payloads = [.. Enumerable.Range(0, 40).Select(i => LegBench.Payload(i % 3 == 0 ? 0 : 100 + i, i)), LegBench.Payload(20_000)];
        byte[][] leg = bench.Send(payloads);
        Assert.Equal(payloads, bench.Arrive(leg));
        Assert.Equal(payloads.Sum(p => (long)p.Length), bench.Sender.Slot.Read(SlotLayout.SentBytesWord));
    }

    [Fact]
    public void Header_should_count_in_the_rate_limit_and_what_is_cut_have_no_number()
    {
        const int Bits = (20 + 8 + 48 + 100) * 8;
        using var bench = new LegBench(new EgressOptions { RateLimit = 100 * Bits * 400 }); // a bucket of 10 ms: 400 datagrams; the clock of the sink stands
        for (int i = 0; i < 12; i++)
            bench.Put(LegBench.Payload(4000, i), 100);
        byte[][] leg = bench.Send();
        Assert.Equal(400, leg.Length);
        Assert.Equal((400, 80), (bench.Sent.Next, bench.Sender.Slot.ReadOutput(LegBench.Output, EgressCounters.FirstReasonWord + (int)EgressError.RateLimit)));
        Assert.Equal(400, bench.Arrive(leg).Length);
        Assert.Equal(0, bench.Taken.Lost);
    }

    [Fact]
    public void What_no_datagram_has_room_for_should_be_an_error_and_have_no_number()
    {
        using var bench = new LegBench(trace: TraceBench.Settings());
        byte[][] leg = bench.Send(LegBench.Payload(65_460), LegBench.Payload(3));
        Assert.Equal(LegBench.Payload(3), Assert.Single(leg)[LegHeader.Size..]);
        Assert.Equal((1, 1), (bench.Sent.Next, bench.Sender.Slot.ReadOutput(LegBench.Output, EgressCounters.FirstReasonWord + (int)EgressError.TooLong)));
        Assert.Equal([OutcomeMarks.Of(EgressError.TooLong), OutcomeMarks.Sent], Outcomes(bench.Sender));
    }

    [Fact]
    public void What_the_kernel_has_to_cut_should_be_sent_all_the_same_and_counted()
    {
        using var bench = new LegBench(new EgressOptions { Mtu = 1500 });
        byte[][] payloads = [LegBench.Payload(1424), LegBench.Payload(1425), LegBench.Payload(8000)];
        Assert.Equal(payloads, bench.Arrive(bench.Send(payloads)));
        Assert.Equal(2, bench.Sent.Fragmented);
    }

    [Fact]
    public void Trace_should_tell_of_each_datagram_of_a_run_what_became_of_it()
    {
        using var bench = new LegBench(new EgressOptions { MaxBurst = 4 }, trace: TraceBench.Settings(every: 3));
        int messages = 0;
        bench.Sender.Sink.Refuse = (_, _) => ++messages > 3 ? Libc.EAGAIN : 0; // three trains of four
        bench.Put(LegBench.Payload(2000), 100);
        byte[][] leg = bench.Send();
        Assert.Equal(Enumerable.Range(0, 7).Select(i => i * 3 < 12 ? OutcomeMarks.Sent : OutcomeMarks.Of(EgressError.Full)), Outcomes(bench.Sender));
        bench.ArriveMerged(leg);
        bench.Arrive([leg[0]]);
        TraceBatch traced = bench.Receiver.Slot.ReadTrace(TraceBench.Ring, TraceBench.Session, 0, int.MaxValue);
        Assert.Equal([(DropReason.None, 100), (DropReason.None, 100), (DropReason.None, 100), (DropReason.None, 100), (DropReason.LegRefused, 148)], traced.Datagrams.Select(d => (d.Drop, d.Length)));
        Assert.Equal(LegBench.Payload(2000)[300..364], traced.Datagrams[1].Payload.ToArray());
    }

    /// <summary>Alone and in a run between two that are good.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_the_other_end_has_not_sent_should_be_refused_and_counted(bool isMerged)
    {
        using var bench = new LegBench();
        byte[] Good(int number) => bench.Send(LegBench.Payload(200, number)).Single();
        byte[] altered = Good(1);
        altered[100] ^= 1;
        byte[] replayed = Good(2);
        bench.Arrive([replayed]);
        byte[] unknownLeg = LegProbe.Datagram(LegProbe.KeyOf(7), 7, 1, 50, payload: LegBench.Payload(200), leg: 1);
        byte[] unknownKey = LegProbe.Datagram(LegProbe.KeyOf(8), 8, 1, 50, payload: LegBench.Payload(200));
        byte[] version = Good(3);
        version[0] = 2;
        byte[] old = LegProbe.Datagram(LegProbe.KeyOf(7), 7, 0, 50, payload: LegBench.Payload(200));
        int refused = 0;
        foreach ((byte[] bad, LegOutcome outcome) in new[] { (altered, LegOutcome.Altered), (replayed, LegOutcome.Replayed), (unknownLeg, LegOutcome.UnknownLeg), (unknownKey, LegOutcome.UnknownKey), (version, LegOutcome.Version), (old, LegOutcome.Old) })
        {
            byte[][] around = [Good(4), Good(5)];
            byte[][] arrive = [around[0], bad, around[1]];
            byte[][] left = isMerged ? bench.ArriveMerged(arrive) : bench.Arrive(arrive);
            Assert.Equal(around.Select(d => d[LegHeader.Size..]), left);
            Assert.Equal((outcome, 1, ++refused), (outcome, bench.Taken.Count(outcome), bench.Refused));
        }

        Assert.Empty(bench.Arrive([new byte[47], []]));
        Assert.Equal((2, refused + 2), (bench.Taken.Count(LegOutcome.Short), bench.Refused));
        Assert.Equal(bench.Relayed, bench.Receiver.Slot.Read(SlotLayout.MatchedWord));
    }

    [Fact]
    public void New_key_should_lose_nothing_of_what_is_under_way()
    {
        using var bench = new LegBench();
        byte[][] before = bench.Send(LegBench.Payload(10), LegBench.Payload(11));
        bench.Receiver.Use(bench.Receiver.Rule with { Leg = LegBench.LegOf(8, 7) });
        byte[][] between = bench.Send(LegBench.Payload(12));
        bench.Sender.Use(bench.Sender.Rule with { Outputs = [bench.Sender.Rule.Outputs[0] with { Leg = LegBench.LegOf(8) }] });
        byte[][] after = bench.Send(LegBench.Payload(13));
        Assert.Equal([10, 13, 11, 12], bench.Arrive([before[0], after[0], before[1], between[0]]).Select(p => p.Length));
        Assert.Equal((8, 0, 4), ((int)bench.Sent.Key, bench.Taken.Lost, bench.Sent.Next));
        bench.Receiver.Use(bench.Receiver.Rule with { Leg = LegBench.LegOf(8) });
        Assert.Equal([14], bench.Arrive(bench.Send(LegBench.Payload(14))).Select(p => p.Length));
        Assert.Empty(bench.Arrive([LegProbe.Datagram(LegProbe.KeyOf(7), 7, 1, 5)]));
        Assert.Equal(1, bench.Taken.Count(LegOutcome.UnknownKey));
    }

    /// <summary>A worker is another's heir, also where its rules have been away in between.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Numbers_should_go_on_in_the_next_worker_at_either_end(bool isAway)
    {
        using var bench = new LegBench();
        byte[][] leg = bench.Send(LegBench.Payload(10), LegBench.Payload(11));
        bench.Arrive(leg);
        Again(bench.Sender);
        Again(bench.Receiver);
        Assert.Empty(bench.Arrive(leg));
        Assert.Equal((2, 2), (bench.Refused, bench.Taken.Count(LegOutcome.Replayed)));
        Assert.Equal([12], bench.Arrive(bench.Send(LegBench.Payload(12))).Select(p => p.Length));
        Assert.Equal((3, 3, 0, 0), (bench.Sent.Next, bench.Taken.Count(LegOutcome.Good), bench.Taken.Lost, bench.Taken.Restarts));

        void Again(LegEnd end)
        {
            end.Restart();
            if (!isAway)
                return;
            end.Publish();
            end.Turn();
            end.Use(end.Rule);
        }
    }

    [Fact]
    public void Another_leg_in_the_same_entries_should_begin_at_nothing()
    {
        using var bench = new LegBench();
        bench.Arrive(bench.Send(LegBench.Payload(10), LegBench.Payload(11)), arrival: WallClock.Nanoseconds);
        ResolvedLeg other = LegBench.LegOf(8) with { Id = 4711 };
        bench.Sender.Use(bench.Sender.Rule with { Outputs = [bench.Sender.Rule.Outputs[0] with { Leg = other }] });
        bench.Receiver.Use(bench.Receiver.Rule with { Leg = other });
        bench.Sender.Turn();
        bench.Receiver.Turn();
        Assert.Equal((4711ul, 4711ul, 0, 0), (bench.Sent.Leg, bench.Taken.Leg, bench.Sent.Datagrams, bench.Taken.Count(LegOutcome.Good)));
        Assert.Equal([12], bench.Arrive(bench.Send(LegBench.Payload(12))).Select(p => p.Length));
        Assert.Equal((1, 1), (bench.Sent.Next, bench.Taken.Count(LegOutcome.Good)));
        bench.Receiver.Slot.ClearStream(LegBench.RuleCounter);
        Assert.False(bench.Taken.IsInUse);
    }

    [Fact]
    public void Way_should_be_measured_from_the_queue_to_the_arrival()
    {
        using var bench = new LegBench();
        long before = WallClock.Nanoseconds;
        byte[][] leg = bench.Send(LegBench.Payload(10), LegBench.Payload(11));
        long after = WallClock.Nanoseconds;
        Assert.InRange(bench.Sent.LastSent, before, after);
        bench.Arrive(leg, arrival: after + 5_000_000);
        Assert.InRange(bench.Taken.Latency.Current.Least, 5_000_000, after - before + 5_000_000);
        Assert.Equal(2, bench.Taken.Latency.Current.Datagrams);
        long[] sums = new long[LatencyHistogram.Buckets];
        sums[LatencyHistogram.BucketOf(5_000_000)] = 100;
        bench.Receiver.Slot.AddLegLatency(LegBench.RuleCounter, sums);
        Assert.Equal(102, sums.Sum());
    }

    /// <summary>Neighbours in the slot are others' whole.</summary>
    [Fact]
    public void Clearing_an_entry_should_leave_its_neighbours_alone()
    {
        using WorkerSlot slot = WorkerSlot.Create();
        unsafe
        {
            for (int entry = 0; entry < 9; entry++)
                new Span<long>(slot.Leg(entry), LegBlock.Words).Fill(entry + 1);
            for (int entry = 1; entry < 9; entry += 3)
                slot.ClearStream(entry);
            for (int entry = 0; entry < 9; entry++)
                Assert.All(new ReadOnlySpan<long>(slot.Leg(entry), LegBlock.Words).ToArray(), word => Assert.Equal(entry % 3 == 1 ? 0 : entry + 1, word));
        }
    }

    [Fact]
    public void Rules_that_have_a_leg_for_another_socket_should_be_refused()
    {
        using var bench = new LegBench();
        Assert.EndsWith("has no leg for socket 1, which is of kind Leg", Refusal(() => bench.Sender.Use(bench.Sender.Rule with { Outputs = [bench.Sender.Rule.Outputs[0] with { Leg = null }] })), StringComparison.Ordinal);
        Assert.EndsWith("begins a leg on socket 1, which is of kind Multicast", Refusal(() => bench.Receiver.Use(bench.Receiver.Rule with { Outputs = [bench.Receiver.Rule.Outputs[0] with { Leg = LegBench.LegOf(7) }] })), StringComparison.Ordinal);

        static string Refusal(Action change) => Assert.Throws<InvalidDataException>(change).Message;
    }

    private static byte[] Outcomes(LegEnd end) => [.. end.Slot.ReadTrace(TraceBench.Ring, TraceBench.Session, 0, int.MaxValue).Datagrams.Select(d => d.Outcomes[0])];
}

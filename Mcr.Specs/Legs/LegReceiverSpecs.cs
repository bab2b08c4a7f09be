using Mcr.Native.Analysis;
using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

public sealed unsafe class LegReceiverSpecs : IDisposable
{
    private const long Second = 1_000_000_000;
    private const long Now = 1_800_000_000 * Second;

    private static readonly LegKeys Keys = LegProbe.KeysOf(7);

    private readonly LegProbe _probe = new();

    public void Dispose() => _probe.Dispose();

    [Fact]
    public void What_was_sent_should_be_taken_once_and_its_payload_found()
    {
        byte[] datagram = LegProbe.Datagram(LegProbe.KeyOf(7), 7, 1, 0, Now, "payload"u8.ToArray());
        Assert.Equal(new LegVerdict(LegOutcome.Good, 48, 7), _probe.Take(datagram, in Keys, Now + 1));
        Assert.Equal(new LegVerdict(LegOutcome.Replayed, 0, 0), _probe.Take(datagram, in Keys, Now + 2));
        Assert.Equal([7, Now + 1, Now, 7], new long[] { _probe.Receiver->Bytes, _probe.Receiver->LastArrival, _probe.Receiver->LastSentAt, _probe.Receiver->Key });
        Assert.Equal(LegOutcome.Good, _probe.Take(in Keys, 1, 1, payload: []));
    }

    [Fact]
    public void Each_refusal_should_have_its_reason_and_be_counted()
    {
        byte[] good = LegProbe.Datagram(LegProbe.KeyOf(7), 7, 3, 10_000, payload: new byte[9]);
        Assert.Equal(LegOutcome.Good, _probe.Take(good, in Keys).Outcome);
        Assert.Equal(LegOutcome.Short, _probe.Take(good.AsSpan(0, 47), in Keys).Outcome);
        Assert.Equal(LegOutcome.Version, _probe.Take([2, .. good[1..]], in Keys).Outcome);
        Assert.Equal(LegOutcome.UnknownLeg, _probe.Take(LegProbe.Datagram(LegProbe.KeyOf(7), 7, 3, 10_001, leg: 5), in Keys).Outcome);
        Assert.Equal(LegOutcome.UnknownKey, _probe.Take(LegProbe.Datagram(LegProbe.KeyOf(8), 8, 3, 10_001), in Keys).Outcome);
        Assert.Equal(LegOutcome.Altered, _probe.Take(LegProbe.Datagram(LegProbe.KeyOf(8), 7, 3, 10_001), in Keys).Outcome);
        Assert.Equal(LegOutcome.Altered, _probe.Take([.. good[..^1], 1], in Keys).Outcome);
        Assert.Equal(LegOutcome.Replayed, _probe.Take(good, in Keys).Outcome);
        Assert.Equal(LegOutcome.Old, _probe.Take(in Keys, 3, 10_000 - 4096));
        Assert.Equal(LegOutcome.Old, _probe.Take(in Keys, 2, 10_001));
        Assert.Equal([1, 1, 1, 1, 1, 2, 1, 2], _probe.Counts);
    }

    /// <summary>Else anyone could shut the true ones out, with one datagram far ahead.</summary>
    [Fact]
    public void What_is_not_authentic_should_change_nothing_but_its_count()
    {
        _probe.Take(in Keys, 1, 0);
        long[] before = _probe.All.ToArray();
        byte[] forged = LegProbe.Datagram(LegProbe.KeyOf(8), 7, 9, 1_000_000, Now);
        Assert.Equal(LegOutcome.Altered, _probe.Take(forged, in Keys, Now).Outcome);
        Assert.Equal(1, _probe.All.ToArray().Zip(before).Count(w => w.First != w.Second));
        Assert.Equal(LegOutcome.Good, _probe.Take(in Keys, 1, 1));
    }

    [Fact]
    public void Missing_numbers_should_be_lost_until_they_come_late()
    {
        Take(100, 101, 105, 107);
        Assert.Equal((4, 2, 3, 0), Losses);
        Take(103, 106);
        Assert.Equal((2, 2, 3, 2), Losses);
        Take(99); // before the first: was nobody's loss
        Assert.Equal((2, 2, 3, 3), Losses);
    }

    [Fact]
    public void Sender_that_begins_anew_should_be_counted_and_what_is_left_of_its_old_life_refused()
    {
        Take(1_000_000);
        Assert.Equal(LegOutcome.Good, _probe.Take(in Keys, 2, 2));
        Assert.Equal(LegOutcome.Good, _probe.Take(in Keys, 2, 0));
        Assert.Equal(LegOutcome.Old, _probe.Take(in Keys, 1, 1_000_001));
        Assert.Equal((1, 1, 2, 1), Losses);
        Assert.Equal([1, 2], new long[] { _probe.Receiver->Restarts, _probe.Receiver->Life });
    }

    [Fact]
    public void Previous_key_should_be_taken_beside_the_current_one_and_numbers_go_on()
    {
        Take(5);
        LegKeys both = new(8, LegProbe.KeyOf(8), 7, LegProbe.KeyOf(7));
        Assert.Equal(LegOutcome.Good, _probe.Take(in both, 1, 6));
        Assert.Equal(LegOutcome.Good, _probe.Take(LegProbe.Datagram(LegProbe.KeyOf(7), 7, 1, 7), in both).Outcome);
        Assert.Equal(7, _probe.Receiver->Key);
        Assert.Equal(LegOutcome.Replayed, _probe.Take(in both, 1, 7));
        Assert.Equal(LegOutcome.UnknownKey, _probe.Take(LegProbe.Datagram(LegProbe.KeyOf(7), 7, 1, 8), LegProbe.KeysOf(8)).Outcome);
        Assert.Equal((0, 0, 0, 0), Losses);
    }

    [Fact]
    public void Nothing_should_be_taken_without_a_key_or_a_leg()
    {
        byte[] datagram = LegProbe.Datagram(default, 0, 0, 0);
        Assert.Equal(LegOutcome.UnknownKey, _probe.Take(datagram, default).Outcome);
        *_probe.Receiver = default; // of no leg
        Assert.Equal(LegOutcome.UnknownLeg, _probe.Take(in Keys, 1, 0));
    }

    [Fact]
    public void Next_worker_should_go_on_and_another_leg_begin()
    {
        Take(1, 3);
        _probe.Receiver->Use(LegProbe.Leg, _probe.Histogram);
        Assert.Equal(LegOutcome.Replayed, _probe.Take(in Keys, 1, 3));
        Assert.Equal((1, 1, 1, 0), Losses);
        _probe.Receiver->Use(LegProbe.Leg + 1, _probe.Histogram);
        Assert.All(_probe.Counts.Concat(_probe.Latencies), count => Assert.Equal(0, count));
        Assert.Equal(LegOutcome.Good, _probe.Take(LegProbe.Datagram(LegProbe.KeyOf(7), 7, 1, 3, leg: LegProbe.Leg + 1), in Keys).Outcome);
    }

    [Fact]
    public void Latency_should_be_the_difference_of_the_clocks_by_windows_of_ten_seconds()
    {
        Take(Now, 300, 500, 100_000);
        Assert.Equal(0, _probe.Receiver->Latency.Last.Datagrams);
        Assert.Equal(new LegLatencyWindow { Since = Now, Datagrams = 3, Least = 300, Most = 100_000, Sum = 100_800 }, _probe.Receiver->Latency.Current);
        Take(Now + (10 * Second), -2_000);
        Assert.Equal(new LegLatencyWindow { Since = Now, Datagrams = 3, Least = 300, Most = 100_000, Sum = 100_800 }, _probe.Receiver->Latency.Last);
        Assert.Equal(33_600, _probe.Receiver->Latency.Last.Mean);
        Assert.Equal(new LegLatencyWindow { Since = Now + (10 * Second), Datagrams = 1, Least = -2_000, Most = -2_000, Sum = -2_000 }, _probe.Receiver->Latency.Current);
        Take(Now, 7); // the clock was set back
        Assert.Equal(-2_000, _probe.Receiver->Latency.Last.Mean);
        Assert.Equal(5, _probe.Latencies.Sum());
        Assert.Equal(1, _probe.Latencies[LatencyHistogram.BucketOf(100_000)]);
    }

    [Fact]
    public void Latency_should_not_be_counted_where_the_arrival_is_not_known()
    {
        Assert.Equal(LegOutcome.Good, _probe.Take(in Keys, 1, 0, sentAt: Now, arrival: 0));
        Assert.Equal([0, 0], new long[] { _probe.Latencies.Sum(), _probe.Receiver->Latency.Current.Datagrams });
    }

    [Fact]
    public void State_should_have_the_room_that_it_is_given()
    {
        Assert.InRange(sizeof(LegReceiver), 1, LegReceiver.Words * sizeof(long));
        Assert.InRange(sizeof(LegSender), 1, LegSender.Words * sizeof(long));
        Assert.True(LegBlock.WindowWord + ReplayWindow.Words <= LegBlock.HistogramWord);
        Assert.Equal(384, LegBlock.Words);
    }

    private (long Lost, long Gaps, long LongestGap, long Reordered) Losses =>
        (_probe.Receiver->Lost, _probe.Receiver->Gaps, _probe.Receiver->LongestGap, _probe.Receiver->Reordered);

    private void Take(params int[] sequences) => Assert.All(sequences, sequence => Assert.Equal(LegOutcome.Good, _probe.Take(in Keys, 1, sequence)));

    private void Take(long arrival, params long[] latencies)
    {
        foreach (long latency in latencies)
            Assert.Equal(LegOutcome.Good, _probe.Take(in Keys, 1, ReplayWindow.Next(_probe.Window), arrival - latency, arrival));
    }
}

using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

/// <summary>What a merger makes of what should not come, and what it counts.</summary>
public sealed class StreamMergerSpecs
{
    private const long Millisecond = MergeProbe.Millisecond;
    private const long Interval = Millisecond / 10; // 10,000 a second

    [Fact]
    public void What_is_in_order_should_not_wait()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(MergeVerdict.Forward, Rtp(probe, 0, i));
            Assert.Equal(MergeVerdict.Dropped, Rtp(probe, 1, i));
        }

        Assert.Equal(100, probe.Of(0, SelectBlock.Won));
        Assert.Equal(100, probe.Of(1, SelectBlock.Duplicates));
        Assert.Equal(100, probe.Lags(1));
        Assert.Equal(0, probe.Of(1, SelectBlock.Differing));
    }

    [Fact]
    public void A_gap_should_wait_for_the_other_feed_and_no_longer_than_the_hold()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp, skew: 50));
        Rtp(probe, 0, 0);
        Assert.Equal(MergeVerdict.Held, Rtp(probe, 0, 2));
        probe.RunUntil(probe.Now + (30 * Millisecond));
        Assert.Equal(MergeVerdict.Forward, Rtp(probe, 1, 1));
        Assert.Equal([0, 1, 2], probe.Out.Select(o => o.Index));
        Assert.Equal(1, probe.Of(1, SelectBlock.Recovered));
        Assert.Equal(MergeVerdict.Held, Rtp(probe, 0, 4));
        long since = probe.Now;
        probe.RunUntil(since + (200 * Millisecond));
        Assert.Equal(new Numbered(4, 0, 0, since + (50 * Millisecond)), probe.Out[^1]);
        Assert.Equal(1, probe[SelectBlock.Lost]);
        Assert.Equal(MergeVerdict.Dropped, Rtp(probe, 1, 3));
        Assert.Equal(1, probe.Of(1, SelectBlock.Late));
    }

    [Fact]
    public void Losses_of_one_feed_alone_should_not_add_up_to_a_delay()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp, skew: 50));
        Flow(probe, 0, 10_000, input => input == 0, lost: i => i % 10 == 3);
        Assert.All(probe.Out, o => Assert.InRange(o.At - Sent(o.Index), 0, 51 * Millisecond));
        Assert.Equal(9_000, probe.Out.Count);
        Assert.Equal(1_000, probe[SelectBlock.Lost]);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(0)]
    public void A_feed_that_ends_should_not_be_missed(int hold)
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp, hold: hold));
        Flow(probe, 0, 5_000, _ => true);
        Flow(probe, 5_000, 70_000, input => input == 1); // around more than once
        Assert.Equal(Enumerable.Range(0, 75_000), probe.Out.Select(o => (int)o.Index));
        Assert.Equal(0, probe[SelectBlock.Lost]);
        Assert.Equal(0, probe[SelectBlock.Restarts]);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(0)]
    public void What_nobody_has_should_be_lost_and_counted_so(int hold)
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp, hold: hold));
        int at = 0;
        foreach (int outage in (int[])[1, 100, 1_000, 20_000, 40_000, 100_000])
        {
            Flow(probe, at, 5_000, _ => true);
            at += 5_000 + outage;
            probe.RunUntil(probe.Now + (outage * Interval));
        }

        Flow(probe, at, 5_000, _ => true);
        Assert.Equal(35_000, probe.Out.Count);
        Assert.Equal(161_101, probe[SelectBlock.Lost]);
        Assert.Equal(0, probe[SelectBlock.Restarts]);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(0)]
    public void A_feed_that_replays_yesterday_should_stay_apart(int hold)
    {
        var random = new Random(7);
        for (int round = 0; round < 50; round++)
        {
            using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp, hold: hold));
            Flow(probe, 0, 2_000, _ => true);
            int away = random.Next(8_000, 54_000);
            for (int i = 2_000; i < 12_000; i++)
            {
                probe.RunUntil(probe.Now + Interval);
                Rtp(probe, 0, i);
                probe.Take(1, MergePayload.Rtp((ushort)(i + away), 0x1000, i, stream: 1), i, stream: 1);
            }

            Assert.Equal(Enumerable.Range(0, 12_000), probe.Out.Select(o => (int)o.Index));
            Assert.DoesNotContain(probe.Out, o => o.Stream == 1);
            Assert.InRange(probe.Of(1, SelectBlock.Astray), 10_000 - (int)probe[SelectBlock.Waiting], 10_000);
            probe.RunUntil(probe.Now + (1_000 * Millisecond));
            Assert.Equal(1, probe.Out[^1].Stream); // the good one has ended
        }
    }

    [Theory]
    [InlineData(50)]
    [InlineData(0)]
    public void Another_stream_and_numbers_that_jump_should_keep_nobody_waiting(int hold)
    {
        var random = new Random(11);
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp, hold: hold), inputs: 3);
        Flow(probe, 0, 2_000, input => input == 0);
        for (int i = 2_000; i < 22_000; i++)
        {
            probe.RunUntil(probe.Now + Interval);
            Rtp(probe, 0, i);
            probe.Take(1, MergePayload.Rtp((ushort)i, 0x2000, i, stream: 1), i, stream: 1);
            probe.Take(2, MergePayload.Rtp((ushort)random.Next(), 0x1000, i, stream: 2), i, stream: 2);
        }

        // One in thirty of the random numbers is near enough, and is what it says it is as far as anybody can tell.
        Numbered[] own = [.. probe.Out.Where(o => o.Stream == 0)];
        Assert.InRange(own.Length, 21_000, 22_000);
        Assert.DoesNotContain(probe.Out, o => o.Stream == 1);
        Assert.InRange(probe.Out.Count(o => o.Stream == 2), 0, 22_000 - own.Length + (hold == 0 ? 1_000 : 0));
        Assert.InRange(probe.Out[^1].Index, 21_990, 22_000);
        for (int i = 2_001; i < own.Length; i++)
            Assert.InRange(own[i].At - own[i - 1].At, 0, 20 * Interval);
    }

    [Fact]
    public void A_payload_too_short_should_be_counted_and_no_more()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        Rtp(probe, 0, 0);
        Assert.Equal(MergeVerdict.Dropped, probe.Take(0, new byte[11]));
        Assert.Equal(MergeVerdict.Dropped, probe.Take(0, []));
        Assert.Equal(MergeVerdict.Dropped, probe.Take(0, new byte[40])); // version 0
        Assert.Equal(3, probe.Of(0, SelectBlock.Unusable));
        Assert.Equal(4, probe.Of(0, SelectBlock.Received));
        Assert.Equal(MergeVerdict.Forward, Rtp(probe, 0, 1));
    }

    [Fact]
    public void Another_payload_under_the_same_number_should_be_told()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        Rtp(probe, 0, 0);
        probe.Take(1, MergePayload.Rtp(100, 0x1000, 77), 77);
        Assert.Equal(1, probe.Of(1, SelectBlock.Differing));
    }

    [Fact]
    public void Memory_should_be_bounded_and_what_waits_longest_should_go()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Sequence, skew: 450, field: MergePayload.Little32) with { BufferBytes = SelectSettings.LeastBufferBytes });
        byte[] large = new byte[8_000];
        for (int i = 0; i < 1_000; i++)
        {
            if (i == 1)
                continue;
            byte[] payload = [.. MergePayload.Sequence(MergePayload.Little32, (ulong)i, i)[..12], .. large, .. MergePayload.Sequence(MergePayload.Little32, (ulong)i, i)[^16..]];
            probe.Take(0, payload, i);
        }

        probe.RunUntil(probe.Now + (2_000 * Millisecond));
        Assert.Equal(999, probe.Out.Count);
        Assert.Equal(1, probe[SelectBlock.Lost]);
        Assert.InRange(probe[SelectBlock.Overflows], 1, 10);
    }

    [Fact]
    public void Whoever_goes_on_in_another_workers_place_should_send_nothing_twice()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        Flow(probe, 0, 40_000, input => input == 0);
        probe.Restart();
        for (int i = 39_600; i < 41_000; i++)
            Rtp(probe, 1, i);
        Assert.Equal(Enumerable.Range(0, 41_000), probe.Out.Select(o => (int)o.Index));
        Assert.Equal(400, probe.Of(1, SelectBlock.Duplicates));
    }

    [Fact]
    public void Datagrams_of_several_messages_should_come_once_however_they_are_cut()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.MoldUdp64));
        Mold(probe, 0, 10, 5);
        Mold(probe, 1, 10, 3);
        Mold(probe, 1, 13, 4); // 15 and 16 are new
        Mold(probe, 0, 20, 3);
        Mold(probe, 0, 17, 2); // 19 is missing
        probe.RunUntil(probe.Now + (200 * Millisecond));
        Assert.Equal([10, 13, 17, 20], probe.Out.Select(o => o.Index));
        Assert.Equal(1, probe[SelectBlock.Lost]);
    }

    [Fact]
    public void A_heartbeat_should_be_forwarded_of_one_feed_and_tell_of_what_is_missing()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.MoldUdp64));
        Mold(probe, 0, 1, 4);
        for (int i = 0; i < 5; i++)
        {
            probe.RunUntil(probe.Now + (1_000 * Millisecond));
            Mold(probe, 0, 5, 0);
            probe.RunUntil(probe.Now + (3 * Millisecond));
            Mold(probe, 1, 5, 0);
        }

        Assert.Equal(6, probe.Out.Count);
        probe.RunUntil(probe.Now + (1_000 * Millisecond));
        Mold(probe, 1, 5, 0); // the other one is dead
        Assert.Equal(7, probe.Out.Count);
        Mold(probe, 1, 8, 0); // 5, 6 and 7 were lost
        probe.RunUntil(probe.Now + (1_000 * Millisecond));
        Assert.Equal(3, probe[SelectBlock.Lost]);
        Mold(probe, 1, 8, 0);
        Assert.Equal(8, probe.Out.Count);
        Mold(probe, 1, 8, 2);
        Assert.Equal(9, probe.Out.Count);
    }

    [Fact]
    public void Payloads_without_a_number_should_come_once_by_what_they_are()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Content, hold: 0));
        var random = new Random(3);
        var sent = new List<byte[]>();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] payload = i % 50 == 7 ? [1, 2, 3] : BitConverter.GetBytes((long)i * 7_919).Concat(new byte[random.Next(60)]).ToArray();
            sent.Add(payload);
            probe.Now += Interval;
            if (i % 10 != 0)
                probe.Take(0, payload, i);
            if (i >= 30 && (i - 30) % 10 != 5)
                probe.Take(1, sent[i - 30], i - 30);
        }

        for (int i = 19_970; i < 20_000; i++)
            probe.Take(1, sent[i], i);
        Assert.Equal(20_000, probe.Out.Count);
        Assert.Equal(20_000, probe.Out.Select(o => o.Index).Distinct().Count(i => i >= 0), 500.0);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(0)]
    public void Numbers_far_apart_from_each_other_should_not_be_one_stream(int hold)
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Sequence, hold: hold, field: MergePayload.Little32));
        for (int i = 0; i < 1_000; i++)
        {
            probe.RunUntil(probe.Now + Interval);
            Little(probe, 0, i);
        }

        for (int i = 0; i < 400; i++)
        {
            probe.RunUntil(probe.Now + Interval);
            if (i < 300)
                Little(probe, 0, 1_000 + i);
            Little(probe, 1, (10_000_000 + (i * 20_000L)) % uint.MaxValue);
        }

        probe.RunUntil(probe.Now + (1_000 * Millisecond));
        Assert.Equal(0, probe[SelectBlock.Waiting]);
        Assert.Equal(Enumerable.Range(0, 1_300), probe.Out.Take(1_300).Select(o => (int)o.Index));
    }

    [Theory]
    [InlineData(1_000, 60)]
    [InlineData(1_000, 3_000)]
    [InlineData(20, 3_000)]
    [InlineData(1, 40_000)]
    public void A_sender_that_begins_anew_close_behind_should_be_followed(int intervalMilliseconds, int numbers)
    {
        foreach (int hold in (int[])[50, 0])
        {
            using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Sequence, hold: hold, field: MergePayload.Little32));
            for (int round = 0; round < 2; round++)
            {
                for (int i = 0; i < numbers; i++)
                {
                    probe.RunUntil(probe.Now + (intervalMilliseconds * Millisecond));
                    Little(probe, 0, i);
                    Little(probe, 1, i);
                }
            }

            probe.RunUntil(probe.Now + (1_000 * Millisecond));
            Assert.InRange(probe.Out.Count, (2 * numbers) - 8 - (150 / intervalMilliseconds), 2 * numbers);
            Assert.Equal(1, probe[SelectBlock.Restarts]);
        }
    }

    [Fact]
    public void One_number_too_far_ahead_should_keep_the_stream_waiting_for_no_more_than_the_hold()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        for (int i = 0; i < 400; i++)
        {
            probe.RunUntil(probe.Now + (100 * Millisecond));
            Rtp(probe, 0, i);
            if (i == 200)
                Rtp(probe, 0, i + 50);
        }

        // Ten a second: who is right is known after three, and then the stream goes on where it was.
        Assert.InRange(probe.Out.Select(o => o.Index).Distinct().Count(), 390, 400);
    }

    [Fact]
    public void A_sender_that_begins_anew_should_be_followed_while_another_input_replays()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp), inputs: 3);
        for (int i = 0; i < 20_000; i++)
        {
            probe.RunUntil(probe.Now + Interval);
            uint ssrc = i < 10_000 ? 0x1000u : 0x3000u;
            probe.Take(0, MergePayload.Rtp((ushort)i, ssrc, i), i);
            probe.Take(1, MergePayload.Rtp((ushort)i, ssrc, i), i);
            if (i > 1_000)
                probe.Take(2, MergePayload.Rtp((ushort)i, 0x2000, i, stream: 1), i, stream: 1);
        }

        Assert.Equal(Enumerable.Range(0, 20_000), probe.Out.Select(o => (int)o.Index));
        Assert.DoesNotContain(probe.Out, o => o.Stream == 1);
        Assert.Equal(1, probe[SelectBlock.Restarts]);
    }

    [Fact]
    public void Two_senders_to_one_group_should_not_take_turns()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        for (int i = 0; i < 10_000; i++)
        {
            probe.RunUntil(probe.Now + Interval);
            Rtp(probe, 0, i);
            probe.Take(0, MergePayload.Rtp((ushort)i, 0x2000, i, stream: 1), i, stream: 1);
        }

        Assert.Equal(Enumerable.Range(0, 10_000), probe.Out.Select(o => (int)o.Index));
        Assert.Equal(0, probe[SelectBlock.Restarts]);
    }

    [Fact]
    public void A_loop_that_stood_still_should_take_nobodys_queue_for_silence()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        Flow(probe, 0, 5_000, input => input == 0);
        long before = probe.Out[^1].At + Millisecond;
        probe.Look(before, before);
        probe.Now += 1_000 * Millisecond;
        for (int i = 0; i < 64; i++) // what input 1 replays is read first
            probe.Take(1, MergePayload.Rtp((ushort)(30_000 + i), 0x1000, i, stream: 1), i, stream: 1);
        probe.Expire(before);
        for (int i = 5_000; i < 15_000; i++)
            Rtp(probe, 0, i);
        Assert.Equal(Enumerable.Range(0, 15_000), probe.Out.Select(o => (int)o.Index));
    }

    [Fact]
    public void What_waits_should_go_in_order_when_the_worker_ends_and_nothing_of_another_stream()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        Flow(probe, 0, 1_000, input => input == 0);
        Rtp(probe, 0, 1_002);
        Rtp(probe, 0, 1_001);
        for (int i = 0; i < 10; i++)
            probe.Take(1, MergePayload.Rtp((ushort)i, 0x2000, i, stream: 1), i, stream: 1);
        probe.Finish();
        Assert.Equal([999, 1_001, 1_002], probe.Out.Select(o => o.Index).TakeLast(3));
        Assert.Equal(0, probe[SelectBlock.Waiting]);
        Assert.Equal(10, probe.Of(1, SelectBlock.Astray));
    }

    [Fact]
    public void A_heartbeat_should_wait_for_the_numbers_it_tells_of_as_long_as_a_datagram_would()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.MoldUdp64));
        Mold(probe, 1, 1, 9);
        Mold(probe, 1, 20, 1); // a gap from 10 on
        probe.RunUntil(probe.Now + (29 * Millisecond));
        Mold(probe, 1, 30, 0); // and another from 21 on
        Mold(probe, 0, 10, 10);
        probe.RunUntil(probe.Now + (40 * Millisecond));
        Mold(probe, 0, 21, 9);
        Assert.Equal([1, 10, 20, 21], probe.Out.Select(o => o.Index));
        probe.RunUntil(probe.Now + (500 * Millisecond));
        Assert.Equal(0, probe[SelectBlock.Lost]);
    }

    [Fact]
    public void A_payload_that_is_sent_for_ever_should_be_forwarded_for_ever()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Content, hold: 0));
        byte[] payload = [1, 2, 3];
        for (int i = 0; i < 150_000; i++)
        {
            probe.Now += Millisecond;
            probe.Take(0, payload, i);
            if (i > 1_000 && i < 140_000)
                probe.Take(1, payload, i);
        }

        Assert.Equal(150_000, probe.Out.Count);
        for (int i = 0; i < 1_000; i++) // the other one has lost a thousand, and is alone now
        {
            probe.Now += 20 * Millisecond;
            probe.Take(1, payload, i);
        }

        Assert.InRange(probe.Out.Count, 150_950, 151_000);
    }

    private static void Little(MergeProbe probe, int input, long number) => probe.Take(input, MergePayload.Sequence(MergePayload.Little32, (ulong)number, number), number);

    private static MergeVerdict Rtp(MergeProbe probe, int input, int index) => probe.Take(input, MergePayload.Rtp((ushort)(100 + index), 0x1000, index), index);

    private static void Mold(MergeProbe probe, int input, int first, ushort count) => probe.Take(input, MergePayload.Mold((ulong)first, count, "S", first), first);

    /// <summary>Of the first flow of a spec.</summary>
    private static long Sent(long index) => (1_000_000 * Millisecond) + ((index + 1) * Interval);

    /// <summary>So many of both, or of one; input 1 is 5 ms behind.</summary>
    private static void Flow(MergeProbe probe, int from, int count, Func<int, bool> has, Func<int, bool>? lost = null)
    {
        for (int i = from; i < from + count; i++)
        {
            probe.RunUntil(probe.Now + Interval);
            if (has(0) && lost?.Invoke(i) != true)
                Rtp(probe, 0, i);
            if (has(1) && i - 50 >= from)
                Rtp(probe, 1, i - 50);
        }

        for (int i = Math.Max(from, from + count - 50); has(1) && i < from + count; i++)
        {
            if (!has(0))
                probe.RunUntil(probe.Now + Interval);
            Rtp(probe, 1, i);
        }

        probe.RunUntil(probe.Now + (120 * Millisecond));
    }
}

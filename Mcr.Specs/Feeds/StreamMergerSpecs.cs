using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

/// <summary>What a merger makes of what should not come, and what it counts.</summary>
public sealed class StreamMergerSpecs
{
    [Fact]
    public void What_is_in_order_should_not_wait()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(MergeVerdict.Forward, probe.Rtp(0, i));
            Assert.Equal(MergeVerdict.Dropped, probe.Rtp(1, i));
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
        probe.Rtp(0, 0);
        Assert.Equal(MergeVerdict.Held, probe.Rtp(0, 2));
        probe.RunUntil(probe.Now + (30 * MergeFlow.Millisecond));
        Assert.Equal(MergeVerdict.Forward, probe.Rtp(1, 1));
        Assert.Equal([0, 1, 2], probe.Out.Select(o => o.Index));
        Assert.Equal(1, probe.Of(1, SelectBlock.Recovered));
        Assert.Equal(MergeVerdict.Held, probe.Rtp(0, 4));
        long since = probe.Now;
        probe.RunUntil(since + (200 * MergeFlow.Millisecond));
        Assert.Equal(new Numbered(4, 0, 0, since + (50 * MergeFlow.Millisecond)), probe.Out[^1]);
        Assert.Equal(1, probe[SelectBlock.Lost]);
        Assert.Equal(MergeVerdict.Dropped, probe.Rtp(1, 3));
        Assert.Equal(1, probe.Of(1, SelectBlock.Late));
    }

    [Fact]
    public void Losses_of_one_feed_alone_should_not_add_up_to_a_delay()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp, skew: 50));
        probe.Flow(0, 10_000, input => input == 0, lost: i => i % 10 == 3);
        Assert.All(probe.Out, o => Assert.InRange(o.At - MergeFlow.Sent(o.Index), 0, 51 * MergeFlow.Millisecond));
        Assert.Equal(9_000, probe.Out.Count);
        Assert.Equal(1_000, probe[SelectBlock.Lost]);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(0)]
    public void A_feed_that_ends_should_not_be_missed(int hold)
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp, hold: hold));
        probe.Flow(0, 5_000, _ => true);
        probe.Flow(5_000, 70_000, input => input == 1); // around more than once
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
            probe.Flow(at, 5_000, _ => true);
            at += 5_000 + outage;
            probe.RunUntil(probe.Now + (outage * MergeFlow.Interval));
        }

        probe.Flow(at, 5_000, _ => true);
        Assert.Equal(35_000, probe.Out.Count);
        Assert.Equal(161_101, probe[SelectBlock.Lost]);
        Assert.Equal(0, probe[SelectBlock.Restarts]);
    }

    [Fact]
    public void A_payload_too_short_should_be_counted_and_no_more()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        probe.Rtp(0, 0);
        Assert.Equal(MergeVerdict.Dropped, probe.Take(0, new byte[11]));
        Assert.Equal(MergeVerdict.Dropped, probe.Take(0, []));
        Assert.Equal(MergeVerdict.Dropped, probe.Take(0, new byte[40])); // version 0
        Assert.Equal(3, probe.Of(0, SelectBlock.Unusable));
        Assert.Equal(4, probe.Of(0, SelectBlock.Received));
        Assert.Equal(MergeVerdict.Forward, probe.Rtp(0, 1));
    }

    [Fact]
    public void Another_payload_under_the_same_number_should_be_told()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        probe.Rtp(0, 0);
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

        probe.RunUntil(probe.Now + (2_000 * MergeFlow.Millisecond));
        Assert.Equal(999, probe.Out.Count);
        Assert.Equal(1, probe[SelectBlock.Lost]);
        Assert.InRange(probe[SelectBlock.Overflows], 1, 10);
    }

    [Fact]
    public void Whoever_goes_on_in_another_workers_place_should_send_nothing_twice()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        probe.Flow(0, 40_000, input => input == 0);
        probe.Restart();
        for (int i = 39_600; i < 41_000; i++)
            probe.Rtp(1, i);
        Assert.Equal(Enumerable.Range(0, 41_000), probe.Out.Select(o => (int)o.Index));
        Assert.Equal(400, probe.Of(1, SelectBlock.Duplicates));
    }

    [Fact]
    public void Whoever_goes_on_in_another_workers_place_should_know_what_was_not_sent()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp, hold: 0));
        probe.Flow(0, 40_000, input => input == 0, lost: i => i == 39_990);
        probe.Restart();
        Assert.Equal(MergeVerdict.Forward, probe.Rtp(1, 39_990));
        Assert.Equal(MergeVerdict.Dropped, probe.Rtp(1, 39_991));
    }

    [Fact]
    public void Datagrams_of_several_messages_should_come_once_however_they_are_cut()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.MoldUdp64));
        probe.Mold(0, 10, 5);
        probe.Mold(1, 10, 3);
        probe.Mold(1, 13, 4); // 15 and 16 are new
        probe.Mold(0, 20, 3);
        probe.Mold(0, 17, 2); // 19 is missing
        probe.RunUntil(probe.Now + (200 * MergeFlow.Millisecond));
        Assert.Equal([10, 13, 17, 20], probe.Out.Select(o => o.Index));
        Assert.Equal(1, probe[SelectBlock.Lost]);
    }

    [Fact]
    public void A_heartbeat_should_be_forwarded_of_one_feed_and_tell_of_what_is_missing()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.MoldUdp64));
        probe.Mold(0, 1, 4);
        for (int i = 0; i < 5; i++)
        {
            probe.RunUntil(probe.Now + (1_000 * MergeFlow.Millisecond));
            probe.Mold(0, 5, 0);
            probe.RunUntil(probe.Now + (3 * MergeFlow.Millisecond));
            probe.Mold(1, 5, 0);
        }

        Assert.Equal(6, probe.Out.Count);
        probe.RunUntil(probe.Now + (1_000 * MergeFlow.Millisecond));
        probe.Mold(1, 5, 0); // the other one is dead
        Assert.Equal(7, probe.Out.Count);
        probe.Mold(1, 8, 0); // 5, 6 and 7 were lost
        probe.RunUntil(probe.Now + (1_000 * MergeFlow.Millisecond));
        Assert.Equal(3, probe[SelectBlock.Lost]);
        probe.Mold(1, 8, 0);
        Assert.Equal(8, probe.Out.Count);
        probe.Mold(1, 8, 2);
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
            probe.Now += MergeFlow.Interval;
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

    [Fact]
    public void What_waits_should_go_in_order_when_the_worker_ends_and_nothing_of_another_stream()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        probe.Flow(0, 1_000, input => input == 0);
        probe.Rtp(0, 1_002);
        probe.Rtp(0, 1_001);
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
        probe.Mold(1, 1, 9);
        probe.Mold(1, 20, 1); // a gap from 10 on
        probe.RunUntil(probe.Now + (29 * MergeFlow.Millisecond));
        probe.Mold(1, 30, 0); // and another from 21 on
        probe.Mold(0, 10, 10);
        probe.RunUntil(probe.Now + (40 * MergeFlow.Millisecond));
        probe.Mold(0, 21, 9);
        Assert.Equal([1, 10, 20, 21], probe.Out.Select(o => o.Index));
        probe.RunUntil(probe.Now + (500 * MergeFlow.Millisecond));
        Assert.Equal(0, probe[SelectBlock.Lost]);
    }

    [Fact]
    public void A_payload_that_is_sent_for_ever_should_be_forwarded_for_ever()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Content, hold: 0));
        byte[] payload = [1, 2, 3];
        for (int i = 0; i < 150_000; i++)
        {
            probe.Now += MergeFlow.Millisecond;
            probe.Take(0, payload, i);
            if (i > 1_000 && i < 140_000)
                probe.Take(1, payload, i);
        }

        Assert.Equal(150_000, probe.Out.Count);
        for (int i = 0; i < 1_000; i++) // the other one has lost a thousand, and is alone now
        {
            probe.Now += 20 * MergeFlow.Millisecond;
            probe.Take(1, payload, i);
        }

        Assert.InRange(probe.Out.Count, 150_950, 151_000);
    }
}

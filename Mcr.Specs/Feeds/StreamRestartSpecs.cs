using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

/// <summary>Which of several streams a merger forwards: senders that begin anew, inputs that replay or are another stream.</summary>
public sealed class StreamRestartSpecs
{
    [Theory]
    [InlineData(50)]
    [InlineData(0)]
    public void A_feed_that_replays_yesterday_should_stay_apart(int hold)
    {
        var random = new Random(7);
        for (int round = 0; round < 50; round++)
        {
            using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp, hold: hold));
            probe.Flow(0, 2_000, _ => true);
            int away = random.Next(8_000, 54_000);
            for (int i = 2_000; i < 12_000; i++)
            {
                probe.RunUntil(probe.Now + MergeFlow.Interval);
                probe.Rtp(0, i);
                probe.Take(1, MergePayload.Rtp((ushort)(i + away), 0x1000, i, stream: 1), i, stream: 1);
            }

            Assert.Equal(Enumerable.Range(0, 12_000), probe.Out.Select(o => (int)o.Index));
            Assert.DoesNotContain(probe.Out, o => o.Stream == 1);
            Assert.InRange(probe.Of(1, SelectBlock.Astray), 10_000 - (int)probe[SelectBlock.Waiting], 10_000);
            probe.RunUntil(probe.Now + (1_000 * MergeFlow.Millisecond));
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
        probe.Flow(0, 2_000, input => input == 0);
        for (int i = 2_000; i < 22_000; i++)
        {
            probe.RunUntil(probe.Now + MergeFlow.Interval);
            probe.Rtp(0, i);
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
            Assert.InRange(own[i].At - own[i - 1].At, 0, 20 * MergeFlow.Interval);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(0)]
    public void Numbers_far_apart_from_each_other_should_not_be_one_stream(int hold)
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Sequence, hold: hold, field: MergePayload.Little32));
        for (int i = 0; i < 1_000; i++)
        {
            probe.RunUntil(probe.Now + MergeFlow.Interval);
            probe.Little(0, i);
        }

        for (int i = 0; i < 400; i++)
        {
            probe.RunUntil(probe.Now + MergeFlow.Interval);
            if (i < 300)
                probe.Little(0, 1_000 + i);
            probe.Little(1, (10_000_000 + (i * 20_000L)) % uint.MaxValue);
        }

        probe.RunUntil(probe.Now + (1_000 * MergeFlow.Millisecond));
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
                    probe.RunUntil(probe.Now + (intervalMilliseconds * MergeFlow.Millisecond));
                    probe.Little(0, i);
                    probe.Little(1, i);
                }
            }

            probe.RunUntil(probe.Now + (1_000 * MergeFlow.Millisecond));
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
            probe.RunUntil(probe.Now + (100 * MergeFlow.Millisecond));
            probe.Rtp(0, i);
            if (i == 200)
                probe.Rtp(0, i + 50);
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
            probe.RunUntil(probe.Now + MergeFlow.Interval);
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
            probe.RunUntil(probe.Now + MergeFlow.Interval);
            probe.Rtp(0, i);
            probe.Take(0, MergePayload.Rtp((ushort)i, 0x2000, i, stream: 1), i, stream: 1);
        }

        Assert.Equal(Enumerable.Range(0, 10_000), probe.Out.Select(o => (int)o.Index));
        Assert.Equal(0, probe[SelectBlock.Restarts]);
    }

    [Fact]
    public void A_loop_that_stood_still_should_take_nobodys_queue_for_silence()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        probe.Flow(0, 5_000, input => input == 0);
        long before = probe.Out[^1].At + MergeFlow.Millisecond;
        probe.Look(before, before);
        probe.Now += 1_000 * MergeFlow.Millisecond;
        for (int i = 0; i < 64; i++) // what input 1 replays is read first
            probe.Take(1, MergePayload.Rtp((ushort)(30_000 + i), 0x1000, i, stream: 1), i, stream: 1);
        probe.Expire(before);
        for (int i = 5_000; i < 15_000; i++)
            probe.Rtp(0, i);
        Assert.Equal(Enumerable.Range(0, 15_000), probe.Out.Select(o => (int)o.Index));
    }

    [Fact]
    public void A_slow_sender_that_begins_anew_on_both_ways_should_lose_nothing_by_it()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        for (int i = 0; i < 200; i++)
        {
            probe.RunUntil(probe.Now + (100 * MergeFlow.Millisecond));
            for (int input = 0; input < 2; input++)
                probe.Take(input, MergePayload.Rtp((ushort)((i < 100 ? 0 : 700) + i), i < 100 ? 0x1000u : 0x2000u, i), i);
        }

        Assert.Equal(Enumerable.Range(0, 200), probe.Out.Select(o => (int)o.Index));
    }

    /// <summary>It may have missed as much, but the other one has not.</summary>
    [Fact]
    public void An_input_that_comes_back_far_ahead_should_not_make_the_other_one_late()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        for (int i = 0; i < 60_000; i++)
        {
            probe.RunUntil(probe.Now + (MergeFlow.Interval / 2));
            probe.Rtp(0, i);
            if (i < 2_000)
                probe.Rtp(1, i);
            else if (i > 24_000)
                Ahead(i + 24_200 + (i > 24_500 ? 600 : 0));
            for (int n = 0; i == 24_500 && n < 600; n++)
                Ahead(i + 24_201 + n);
        }

        Assert.Equal(Enumerable.Range(0, 60_000), probe.Out.Where(o => o.Stream == 0).Select(o => (int)o.Index));
        Assert.DoesNotContain(probe.Out, o => o.Stream == 1);

        void Ahead(int index) => probe.Take(1, MergePayload.Rtp((ushort)(100 + index), 0x1000, index, stream: 1), index, stream: 1);
    }

    [Fact]
    public void Of_two_streams_that_may_be_next_the_one_that_has_begun_last_should_be_followed()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        for (int i = 0; i < 4_000; i++)
        {
            probe.RunUntil(probe.Now + MergeFlow.Interval);
            if (i > 200)
                probe.Take(0, MergePayload.Rtp((ushort)i, 0x2000, i, stream: 1), i, stream: 1);
            probe.Take(1, MergePayload.Rtp((ushort)i, i < 2_000 ? 0x1000u : 0x3000u, i), i);
        }

        Assert.Equal(Enumerable.Range(0, 4_000), probe.Out.Select(o => (int)o.Index));
        Assert.DoesNotContain(probe.Out, o => o.Stream == 1);
    }

    [Fact]
    public void What_is_apart_should_not_take_the_memory_of_what_waits()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp, skew: 450) with { BufferBytes = SelectSettings.LeastBufferBytes }, inputs: 3);
        byte[] large = new byte[1_000];
        for (int i = 0; i < 4_000; i++)
        {
            probe.RunUntil(probe.Now + MergeFlow.Interval);
            if (i % 1_000 != 500)
                probe.Rtp(0, i);
            for (int n = 0; n < 5; n++)
                probe.Take(2, [.. MergePayload.Rtp((ushort)((5 * i) + n), 0x9000, i, stream: 1)[..12], .. large, .. MergePayload.Rtp(0, 0, i, stream: 1)[^16..]], i, stream: 1);
            if (i >= 3_000)
                probe.Rtp(1, i - 3_000);
            else if (i >= 300)
                probe.Rtp(1, i - 300);
        }

        Assert.Equal(0, probe[SelectBlock.Overflows]);
        Assert.DoesNotContain(probe.Out, o => o.Stream == 1);
    }

    [Fact]
    public void Eight_bits_should_do_for_an_input_that_is_some_numbers_behind()
    {
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Sequence, field: new Mcr.Native.Analysis.SequenceField(0, 8)));
        for (int i = 0; i < 5_000; i++)
        {
            probe.RunUntil(probe.Now + MergeFlow.Millisecond);
            if (i % 100 != 30)
                Byte(0, i);
            if (i >= 40)
                Byte(1, i - 40);
        }

        probe.RunUntil(probe.Now + (200 * MergeFlow.Millisecond));
        Assert.Equal(Enumerable.Range(0, 5_000), probe.Out.Select(o => (int)o.Index));

        void Byte(int input, int index) => probe.Take(input, MergePayload.Sequence(new Mcr.Native.Analysis.SequenceField(0, 8), (ulong)index, index), index);
    }
}

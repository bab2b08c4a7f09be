using Mcr.Native.Loop;
using Mcr.Native.Worker;

namespace Mcr.Specs.Loop;

/// <summary>When a loop rests, on a clock of the spec's own.</summary>
public sealed class RestPolicySpecs
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(1_000, 0)]
    [InlineData(50_000, 0)]
    [InlineData(100_000, 0)]
    [InlineData(120_000, 0)]
    [InlineData(150_000, 300)]
    [InlineData(400_000, 240)]
    [InlineData(600_000, 160)]
    [InlineData(1_000_000, 96)]
    public void Rest_should_begin_at_high_rates_and_last_as_long_as_some_dozen_frames_take(int rate, int microseconds) =>
        Assert.InRange(Stream(new RestPolicy(WorkerOptions.CoalesceAuto), rate, Second).Last, microseconds - 1, microseconds);

    [Fact]
    public void Stream_that_slows_down_should_get_its_latency_back()
    {
        (RestPolicy policy, long now, int last) = Stream(new RestPolicy(WorkerOptions.CoalesceAuto), 300_000, Second);
        Assert.True(last > 0);
        (_, _, last) = Stream(policy, 100_000, now + Second, now);
        Assert.Equal(0, last);
    }

    [Fact]
    public void Rate_between_the_two_limits_should_change_nothing()
    {
        int between = (RestPolicy.FastRate + RestPolicy.SlowRate) / 2;
        Assert.Equal(0, Stream(new RestPolicy(WorkerOptions.CoalesceAuto), between, Second).Last);
        (RestPolicy policy, long now, _) = Stream(new RestPolicy(WorkerOptions.CoalesceAuto), 200_000, Second);
        Assert.True(Stream(policy, between, now + Second, now).Last > 0);
    }

    [Fact]
    public void Sender_that_was_held_up_for_milliseconds_should_not_count_as_a_fast_one()
    {
        const int Rate = 100_000;
        (RestPolicy policy, long now, _) = Stream(new RestPolicy(WorkerOptions.CoalesceAuto), Rate, Second);
        long stall = 5_000_000;
        int late = (int)(Rate * stall / Second);
        Assert.Equal(0, policy.After(late, isFull: false, now + stall));
        for (long at = now + stall; at < now + Second; at += Second / Rate)
            Assert.Equal(0, policy.After(1, isFull: false, at));
    }

    [Fact]
    public void Stream_after_silence_should_not_be_rested_on()
    {
        (RestPolicy policy, long now, int last) = Stream(new RestPolicy(WorkerOptions.CoalesceAuto), 300_000, Second);
        Assert.True(last > 0);
        policy.After(1, isFull: false, now + (10 * Second));
        Assert.Equal(0, policy.After(1, isFull: false, now + (10 * Second) + 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70)]
    public void Given_rest_should_hold_whatever_the_rate_and_need_no_clock(int microseconds)
    {
        var policy = new RestPolicy(microseconds);
        Assert.False(policy.NeedsTime);
        Assert.Equal(microseconds, policy.After(1, isFull: false, 0));
    }

    [Fact]
    public void Full_batch_should_not_be_rested_on()
    {
        Assert.Equal(0, new RestPolicy(70).After(64, isFull: true, 0));
        (RestPolicy policy, long now, int last) = Stream(new RestPolicy(WorkerOptions.CoalesceAuto), 300_000, Second);
        Assert.True(last > 0);
        Assert.Equal(0, policy.After(64, isFull: true, now));
    }

    [Fact]
    public void Fast_stream_in_bursts_should_be_rested_on_while_nothing_comes_but_not_for_long()
    {
        (RestPolicy policy, long now, int last) = Stream(new RestPolicy(WorkerOptions.CoalesceAuto), 300_000, Second);
        Assert.Equal([last, last, last, 0, 0], Enumerable.Range(0, 5).Select(_ => policy.AfterNone()));
        policy.After(32, isFull: false, now);
        Assert.Equal(last, policy.AfterNone());
        Assert.Equal(0, new RestPolicy(70).AfterNone());
        Assert.Equal(0, new RestPolicy(WorkerOptions.CoalesceAuto).AfterNone());
    }

    /// <summary>Frames one by one at a rate; the policy as it is then, the time, and its last answer.</summary>
    private static (RestPolicy Policy, long Now, int Last) Stream(RestPolicy policy, int rate, long until, long from = 1)
    {
        int last = 0;
        long at = from;
        for (long i = 0; at < until; i++)
        {
            at = from + (i * Second / rate);
            last = policy.After(1, isFull: false, at);
        }

        return (policy, at, last);
    }
}

using System.Diagnostics;
using System.Text.Json;
using Mcr.Native.Feeds;

namespace Mcr.Specs.Feeds;

/// <summary>A real mcrd that leaves an input which is not silent, only worse than it may be.</summary>
[Collection(SerialPackets.Name)]
public sealed class FailoverNetworkSpecs(ITestOutputHelper output)
{
    /// <summary>By which one path may be ahead of the other when they change places: they come in batches.</summary>
    private const int Batch = ImpairedPaths.Rate / 200;

    /// <param name="within">What input 1 loses at first, which is not enough.</param>
    /// <param name="beyond">What it loses then.</param>
    [Theory]
    [InlineData("min-rate=30000", 0.2, 0.6)]
    [InlineData("max-loss=1%", 0.002, 0.05)]
    public void First_input_should_be_left_when_it_is_slow_or_loses_too_much_and_returned_to_when_it_has_been_well(string limit, double within, double beyond)
    {
        using var feeds = new MergedFeeds($"failover,{limit},revert-after=1s");
        using var follower = new EventFollower(feeds.Mcrd);
        int worker = Assert.Single(feeds.Mcrd.WorkerPids()); // asked once: mcrd has other things to do while it is waited for
        (long from, long changed, long healed) = (feeds.Paths.Next, -1, 0);
        Impairment loses = Impairments.Loses(2, beyond);
        long worse(long index)
        {
            _ = Interlocked.CompareExchange(ref changed, index, -1);
            return loses(index);
        }

        FeedOutcome outcome = feeds.During(
            () =>
            {
                feeds.Paths.AwaitMore(5 * ImpairedPaths.Rate / 2); // two windows at least
                Assert.Equal((1, 0), Chosen(worker));
                feeds.Paths.Change(worse, Impairments.None);
                McrdWaits.Until(() => Chosen(worker) == (2, 1), () => SelectCounters.Read(worker).Describe(2));
                JsonElement left = follower.Await("input", e => EventFollower.Value(e, "input") == "2");
                Assert.EndsWith("input 2 of 2 (239.1.1.2:5001 on in1) is relayed now, in place of input 1 (239.1.1.1:5000 on in0: below min-rate or above max-loss)", left.GetProperty("message").GetString(), StringComparison.Ordinal);
                JsonElement raised = follower.Await("alarm-raised", e => EventFollower.Value(e, "alarm") == "protection");
                Assert.Contains("only input 2 of 2 is alive (239.1.1.2:5001 on in1); input 1 (239.1.1.1:5000 on in0) is below min-rate or above max-loss", raised.GetProperty("message").GetString(), StringComparison.Ordinal);
                Assert.Equal((2, 1), Chosen(worker)); // however long it is so
                healed = feeds.Paths.Next;
                long since = Stopwatch.GetTimestamp();
                feeds.Paths.Change(Impairments.None, Impairments.None);
                McrdWaits.Until(() => Chosen(worker) == (1, 2), () => SelectCounters.Read(worker).Describe(2));
                TimeSpan back = Stopwatch.GetElapsedTime(since);
                output.WriteLine($"back to input 1 after {back.TotalMilliseconds:0} ms");
                Assert.InRange(back.TotalSeconds, 1, 5); // revert-after, behind the end of the first window that is all well
                follower.Await("input", e => EventFollower.Value(e, "input") == "1");
                follower.Await("alarm-cleared", e => EventFollower.Value(e, "alarm") == "protection");
            },
            Impairments.Loses(1, within),
            Impairments.None);
        long last = healed - 1;
        while (feeds.Recorder.FirstOf(last) != 0)
            last--;
        output.WriteLine($"input 2 relayed {(last + 1 - changed) / (ImpairedPaths.Rate / 1000)} ms after the change: {outcome}; {SelectCounters.Read(worker).Describe(2)}");
        Assert.InRange(last - changed, ImpairedPaths.Rate / 100, 23 * ImpairedPaths.Rate / 10); // the end of the first window that is all bad, at the latest

        // What came is what the input had that was relayed, but for a batch at each switch.
        int wrong = 0;
        for (long index = from; index < feeds.Paths.Next; index++)
            wrong += feeds.Recorder.FirstOf(index) != 0 == (index > last || feeds.Paths.Has(0, index)) ? 0 : 1;
        Assert.InRange(wrong, 0, 2 * Batch);
        Assert.InRange(outcome.Doubled + outcome.Disordered, 0, 2 * Batch);
        Assert.Equal(0, outcome.Damaged);
        Assert.Equal((1, 2), Chosen(worker));
    }

    private static (long Current, long Switches) Chosen(int worker)
    {
        var counters = SelectCounters.Read(worker);
        return (counters[SelectBlock.Current], counters[SelectBlock.Switches]);
    }
}

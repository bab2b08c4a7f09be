using System.Globalization;
using Mcr.Native.Feeds;

namespace Mcr.Specs.Feeds;

/// <summary>A real mcrd that merges MoldUDP64, whose sender begins another session.</summary>
[Collection(SerialPackets.Name)]
public sealed class MergeSessionSpecs(ITestOutputHelper output)
{
    private const int Skew = 50 * ImpairedPaths.Rate / 1000; // datagrams

    [Fact]
    public void Another_session_should_be_followed_within_the_skew_reported_and_cost_nothing()
    {
        var sessions = new MoldSessions();
        using var feeds = new MergedFeeds("merge,by=moldudp64", sessions.Write);
        using var follower = new EventFollower(feeds.Mcrd);
        feeds.End();

        Perfect("on both feeds at once", Run(0, Impairments.None, Impairments.None));
        Perfect("on one 30 ms before the other", Run(0, Impairments.None, _ => 30_000_000));
        long cut = feeds.Paths.Next + (ImpairedPaths.Rate / 2);
        long silent(long index) => index >= cut - (ImpairedPaths.Rate / 4) && index < cut ? Impairments.Dropped : 0;
        Perfect("after a silence of 250 ms", Run(0, silent, silent));

        // Nobody waits so long: the old session goes on as long as one feed has it, and the new one is there from that on.
        const int Apart = 6 * Skew;
        Change apart = Run(Apart, Impairments.None, Impairments.None);
        output.WriteLine($"on one {Apart / (ImpairedPaths.Rate / 1000)} ms before the other: {apart.Outcome}\n    {apart.Counted.Describe(2)}");
        Assert.Equal((0, 0), (apart.Outcome.Lost, apart.Outcome.Damaged));
        FeedOutcome before = feeds.Recorder.Compare(feeds.Paths, apart.From, apart.At + Apart - (2 * Skew));
        FeedOutcome after = feeds.Recorder.Compare(feeds.Paths, apart.At + Apart, apart.To);
        Assert.True(before.IsPerfect && after.IsPerfect, $"{before}; {after}");
        Assert.InRange(apart.Outcome.Doubled, 0, 3 * Skew / 2); // the new session's last moments before the old one ended: other messages, by other numbers
        Assert.Equal(Apart - apart.Outcome.Doubled, apart.Counted.Of(0, SelectBlock.Astray), Skew / 10.0);
        Assert.Equal(0, apart.Counted.Of(1, SelectBlock.Astray));

        McrdWaits.Until(
            () => follower.Events().Where(e => e.GetProperty("kind").GetString() == "input").Sum(e => int.Parse(EventFollower.Value(e, "restarts") ?? "0", CultureInfo.InvariantCulture)) == 4,
            () => $"4 restarts in the events: {string.Join('\n', follower.Events())}");

        // A second and half of one, in the middle of which the session is another one.
        Change Run(int apart, params Impairment[] impairments)
        {
            SelectCounters counters = feeds.AwaitCounters();
            long from = feeds.Paths.Next;
            long at = from + (ImpairedPaths.Rate / 2);
            sessions.Begin(at, at + apart);
            feeds.Paths.Send(3 * ImpairedPaths.Rate / 2, impairments);
            feeds.End();
            SelectCounters counted = feeds.AwaitCounters().Since(counters);
            Assert.Equal(1, counted[SelectBlock.Restarts]);
            return new Change(feeds.Recorder.Compare(feeds.Paths, from, feeds.Paths.Next), counted, from, at, feeds.Paths.Next);
        }
    }

    private void Perfect(string what, Change change)
    {
        output.WriteLine($"{what}: {change.Outcome}\n    {change.Counted.Describe(2)}");
        Assert.True(change.Outcome.IsPerfect, $"{what}: {change.Outcome}\n{change.Counted.Describe(2)}");
        Assert.Equal((0, 0, 0), (change.Counted[SelectBlock.Lost], change.Counted.Of(0, SelectBlock.Astray) + change.Counted.Of(1, SelectBlock.Astray), change.Counted.Of(0, SelectBlock.Late) + change.Counted.Of(1, SelectBlock.Late)));
        Assert.InRange(change.Outcome.Silence.TotalMilliseconds, 0, 400);
    }

    /// <param name="At">The first index of the new session on the path that has it first.</param>
    private sealed record Change(FeedOutcome Outcome, SelectCounters Counted, long From, long At, long To);
}

namespace Mcr.Specs.Feeds;

/// <summary>One source over two paths that impair it, at 50,000 datagrams a second; a real mcrd, and what comes out of it.</summary>
[Collection(SerialPackets.Name)]
public sealed class MergeNetworkSpecs(ITestOutputHelper output)
{
    private const int Count = 3 * ImpairedPaths.Rate;

    private static readonly (string Name, Impairment A, Impairment B)[] Cases =
    [
        ("each loses 10 %", Impairments.Loses(1, 0.1), Impairments.Loses(2, 0.1)),
        ("each loses bursts of 20 ms", Impairments.LosesBursts(3, 20), Impairments.LosesBursts(4, 20)),
        ("whole seconds alternate", Impairments.Alternates(0), Impairments.Alternates(1)),
        ("each reorders", Impairments.Reorders(5, 0.1, 2), Impairments.Reorders(6, 0.1, 2)),
        ("one is 0 to 40 ms late", Impairments.None, Impairments.Wanders(40)),
        ("all of that", Impairments.Loses(7, 0.1).And(Impairments.LosesBursts(8, 20)).And(Impairments.Alternates(0)).And(Impairments.Reorders(9, 0.1, 2)),
            Impairments.Loses(10, 0.1).And(Impairments.LosesBursts(11, 20)).And(Impairments.Reorders(12, 0.1, 2)).And(Impairments.Wanders(40))),
    ];

    [Fact]
    public void Every_datagram_that_one_path_has_should_come_out_once_and_in_order_and_what_paths_lose_be_counted()
    {
        using var feeds = new MergedFeeds();
        feeds.End();
        foreach ((string name, Impairment a, Impairment b) in Cases)
        {
            (FeedOutcome outcome, SelectCounters counted, long from, long to) = feeds.Run(Count, a, b);
            output.WriteLine($"{name}: {outcome}\n    {counted.Describe(2)}");
            Assert.True(outcome.IsPerfect, $"{name}: {outcome}\n{counted.Describe(2)}");
            feeds.CheckCounters(counted, outcome, from, to);
        }
    }
}

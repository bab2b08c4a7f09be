using Mcr.Native.Feeds;

namespace Mcr.Specs.Feeds;

/// <summary>One source over two paths that impair it, at 50,000 datagrams a second; a real mcrd, and what comes out of it.</summary>
[Collection(SerialPackets.Name)]
public sealed class MergeNetworkSpecs(ITestOutputHelper output)
{
    private const int Count = 2 * ImpairedPaths.Rate;

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

    /// <summary>Also for longer than 16 bits can tell.</summary>
    [Fact]
    public void What_both_paths_lose_should_be_lost_and_counted()
    {
        using var feeds = new MergedFeeds();
        feeds.End();
        foreach (int milliseconds in (int[])[30, 300, 1000, 2000])
        {
            long cut = feeds.Paths.Next + (ImpairedPaths.Rate / 2);
            long until = cut + (milliseconds * (ImpairedPaths.Rate / 1000));
            long both(long index) => index >= cut && index < until ? Impairments.Dropped : 0;
            (FeedOutcome outcome, SelectCounters counted, long from, long to) = feeds.Run((int)(until - cut) + ImpairedPaths.Rate, both, both);
            output.WriteLine($"both cut for {milliseconds} ms: {outcome}\n    {counted.Describe(2)}");
            Assert.True(outcome.IsPerfect && outcome.Common == until - cut, $"{outcome}\n{counted.Describe(2)}");
            feeds.CheckCounters(counted, outcome, from, to);
        }
    }

    [Fact]
    public void Messages_of_market_data_should_come_out_once_and_in_order()
    {
        using var feeds = new MergedFeeds("merge,by=moldudp64", FeedHeads.Mold, 3);
        feeds.End();
        (FeedOutcome outcome, SelectCounters counted, long from, long to) = feeds.Run(Count, Impairments.Loses(1, 0.1), Impairments.LosesBursts(2, 20).And(Impairments.Wanders(10)), Impairments.Loses(3, 0.3).And(Impairments.Reorders(4, 0.1, 2)));
        output.WriteLine($"{outcome}\n    {counted.Describe(3)}");
        Assert.True(outcome.IsPerfect, $"{outcome}\n{counted.Describe(3)}");
        feeds.CheckCounters(counted, outcome, from, to, FeedHeads.MoldMessages);
    }

    [Theory]
    [InlineData("merge,by=sequence offset=4 width=32 endian=little,hold=0ms", true)]
    [InlineData("merge,by=content", false)]
    public void Without_waiting_every_datagram_should_come_out_once(string select, bool isNumbered)
    {
        using var feeds = new MergedFeeds(select, isNumbered ? FeedHeads.Sequence : FeedHeads.Content);
        feeds.End();
        (FeedOutcome outcome, SelectCounters counted, _, _) = feeds.Run(Count, Impairments.Loses(1, 0.1).And(Impairments.LosesBursts(2, 20)), Impairments.Loses(3, 0.1).And(Impairments.Wanders(40)));
        output.WriteLine($"{outcome}\n    {counted.Describe(2)}");
        Assert.Equal((0, 0, 0), (outcome.Lost, outcome.Doubled, outcome.Damaged));
        Assert.Equal(outcome.Sent - outcome.Common, counted[SelectBlock.Merged]);
        if (isNumbered)
            Assert.Equal(outcome.Common, counted[SelectBlock.Lost]);
    }

    [Fact]
    public void Groups_of_one_device_should_be_merged_as_those_of_two()
    {
        ImpairedPath[] paths = [new("src0", FeedTopology.OwnOf(0), "239.1.1.1", 5000), new("src0", FeedTopology.OwnOf(0), "239.1.1.2", 5000)];
        using var feeds = new MergedFeeds("merge", FeedHeads.Rtp, "", paths, "{ interface = in0, group = \"239.1.1.1\", port = 5000 }, { interface = in0, group = \"239.1.1.2\", port = 5000 }");
        CheckLossy(feeds);
    }

    /// <summary>And joined from nobody else.</summary>
    [Fact]
    public void Same_group_of_the_same_source_should_be_merged_from_two_devices()
    {
        ImpairedPath[] paths = [new("src0", FeedTopology.Common, "232.1.1.1", 5000), new("src1", FeedTopology.Common, "232.1.1.1", 5000)];
        string inputs = string.Join(", ", Enumerable.Range(0, 2).Select(i => $"{{ interface = in{i}, group = \"232.1.1.1\", port = 5000, source = \"{FeedTopology.Common}\" }}"));
        using var feeds = new MergedFeeds("merge", FeedHeads.Rtp, "", paths, inputs);
        string joined = feeds.Topology.Relay.Run(() => File.ReadAllText("/proc/thread-self/net/mcfilter"));
        foreach (string device in (string[])["in0", "in1"])
            Assert.Single(joined.Split('\n'), l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var name, "0xe8010101", "0x0a090001", ..] && name == device);
        CheckLossy(feeds);
    }

    private void CheckLossy(MergedFeeds feeds)
    {
        feeds.End();
        (FeedOutcome outcome, SelectCounters counted, long from, long to) = feeds.Run(ImpairedPaths.Rate, Impairments.Loses(1, 0.1), Impairments.Loses(2, 0.1));
        output.WriteLine($"{outcome}\n    {counted.Describe(2)}");
        Assert.True(outcome.IsPerfect, $"{outcome}\n{counted.Describe(2)}");
        feeds.CheckCounters(counted, outcome, from, to);
    }
}

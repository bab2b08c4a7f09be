using Mcr.Native.Feeds;

namespace Mcr.Specs.Feeds;

/// <summary>A real mcrd with one rule with several inputs, who sends to them over paths that can be impaired, and who records what comes out.</summary>
internal sealed class MergedFeeds : IDisposable
{
    public const string RuleId = "feeds";
    public const string Group = "239.2.2.2";

    /// <summary>What ends each run: no path is impaired, so that everybody knows what came before.</summary>
    private const int Tail = 500;

    private const int MostTries = 3;
    private static readonly TimeSpan LongestStall = TimeSpan.FromMilliseconds(5);

    /// <param name="select">As in a file.</param>
    /// <param name="settings">Of mcrd.</param>
    public MergedFeeds(string select = "merge", FeedHead? head = null, int paths = 2, string settings = "")
        : this(select, head ?? FeedHeads.Rtp, settings, [.. Enumerable.Range(0, paths).Select(i => new ImpairedPath($"src{i}", FeedTopology.OwnOf(i), $"239.1.1.{i + 1}", 5000 + i))])
    {
    }

    /// <param name="inputs">As in a file; null: that which each path sends to.</param>
    public MergedFeeds(string select, FeedHead head, string settings, ImpairedPath[] paths, string? inputs = null)
    {
        Topology = new FeedTopology(paths.Select(p => p.Device).Distinct().Count());
        inputs ??= string.Join(", ", paths.Select((p, i) => $"{{ interface = in{i}, group = \"{p.Group}\", port = {p.Port} }}"));
        Rule = $"{{ id = {RuleId}, inputs = [ {inputs} ], select = \"{select}\", outputs = [ {{ interface = out0, group = \"{Group}\", port = 6000 }} ] }}";
        Mcrd = McrdProcess.StartReady(Topology.Relay, Rule, settings);
        Recorder = new FeedRecorder(Topology.Destination, "10.2.0.2", Group, 6000);
        Paths = new ImpairedPaths(Topology.Source, head, paths);
    }

    public FeedTopology Topology { get; }

    /// <summary>As in a file.</summary>
    public string Rule { get; }

    public McrdProcess Mcrd { get; }

    public FeedRecorder Recorder { get; }

    public ImpairedPaths Paths { get; }

    public SelectCounters Counters => SelectCounters.Read(Mcrd.WorkerPids().Single());

    private Impairment[] Clean => [.. Enumerable.Repeat(Impairments.None, Paths.Paths)];

    /// <summary>So many datagrams over such paths, and what became of them. Once more when that was not right and the sender stood still meanwhile: paths were later than they should be then, which is not the relay's doing.</summary>
    public (FeedOutcome Outcome, SelectCounters Counted, long From, long To) Run(int count, params Impairment[] impairments)
    {
        for (int tries = 1; ; tries++)
        {
            SelectCounters before = Counters;
            long from = Paths.Next;
            Paths.Send(count, impairments);
            TimeSpan stall = Paths.LongestStall;
            End();
            SelectCounters counted = AwaitCounters().Since(before);
            FeedOutcome outcome = Recorder.Compare(Paths, from, Paths.Next);
            if (outcome.IsPerfect || stall < LongestStall || tries == MostTries)
                return (outcome, counted, from, Paths.Next);
        }
    }

    /// <summary>From just before something happens, while datagrams flow, until they have flown for half a second more.</summary>
    /// <returns>What became of those.</returns>
    public FeedOutcome During(Action happens, params Impairment[] impairments)
    {
        long from = Paths.Next;
        Paths.Start(impairments.Length == 0 ? Clean : impairments);
        Paths.AwaitMore(ImpairedPaths.Rate / 4);
        happens();
        Paths.AwaitMore(ImpairedPaths.Rate / 2);
        Paths.Stop();
        End();
        return Recorder.Compare(Paths, from, Paths.Next);
    }

    /// <summary>The last ones, unimpaired; until they have come, or nothing is left that could.</summary>
    public void End()
    {
        Paths.Send(Tail, Clean);
        Mcrd.AwaitQuiet();
        long relayed = Mcrd.Relayed();
        McrdWaits.Until(() => Recorder.Latest >= Paths.Next - 1, () => $"the last of {Paths.Next} datagrams to come; {Recorder.Latest} was the last, {relayed} were relayed\n{Counters.Describe(Paths.Paths)}\n{Mcrd.Process.Output}");
    }

    /// <summary>Until nothing more is counted, for as long as an mcrctl takes: what was lost is known when it can come no more.</summary>
    public SelectCounters AwaitCounters()
    {
        SelectCounters counters = Counters;
        McrdWaits.Until(
            () =>
            {
                string before = counters.Describe(Paths.Paths);
                _ = Mcrd.Ctl("stats");
                return (counters = Counters).Describe(Paths.Paths) == before;
            },
            "the counters to stay as they are");
        return counters;
    }

    /// <summary>What the relay has counted is what the paths have really lost.</summary>
    public void CheckCounters(SelectCounters counted, FeedOutcome outcome, long from, long to, int numbers = 1)
    {
        long sent = 0;
        for (int i = 0; i < Paths.Paths; i++)
        {
            long carried = Paths.Carried(i, from, to);
            sent += carried;
            Assert.Equal((carried, ((to - from) - carried) * numbers, 0, 0, 0, 0), (counted.Of(i, SelectBlock.Received), counted.Of(i, SelectBlock.InputLost), counted.Of(i, SelectBlock.Late), counted.Of(i, SelectBlock.Astray), counted.Of(i, SelectBlock.Unusable), counted.Of(i, SelectBlock.Differing)));
            Assert.Equal(carried, counted.Of(i, SelectBlock.Won) + counted.Of(i, SelectBlock.Duplicates));
        }

        Assert.Equal((to - from - outcome.Common, outcome.Common * numbers, 0, 0), (counted[SelectBlock.Merged], counted[SelectBlock.Lost], counted[SelectBlock.Restarts], counted[SelectBlock.Overflows]));
        Assert.Equal(sent - counted[SelectBlock.Merged], Enumerable.Range(0, Paths.Paths).Sum(i => counted.Of(i, SelectBlock.Duplicates)));
    }

    public void Dispose()
    {
        Paths.Dispose();
        Recorder.Dispose();
        Mcrd.Dispose();
        Topology.Dispose();
    }
}

using System.Diagnostics;
using Mcr.Native.Feeds;
using Mcr.Native.Interop;

namespace Mcr.Specs.Feeds;

/// <summary>What happens to devices, processes and rules while two inputs are merged at 50,000 datagrams a second.</summary>
[Collection(SerialPackets.Name)]
public sealed class FeedEventSpecs(ITestOutputHelper output)
{
    [Fact]
    public void Input_whose_device_goes_should_not_be_missed_and_protect_again_when_it_is_back()
    {
        using var feeds = new MergedFeeds();
        Perfect("calm", feeds.During(() => { }));
        Perfect("link of input 1 down", feeds.During(() =>
        {
            feeds.Topology.Relay.Ip("link set in0 down");
            AwaitProblem(feeds, "input 1 of 2");
        }));
        Perfect("its device deleted", feeds.During(() =>
        {
            feeds.Topology.Relay.Ip("link delete in0");
            AwaitProblem(feeds, "in0 does not exist");
        }));
        Perfect("made again", feeds.During(() =>
        {
            feeds.Topology.Connect(0);
            feeds.Paths.Open(0);
            AwaitProtection(feeds, 0);
        }));
        Perfect("input 2 cut now", feeds.During(() => feeds.Topology.Relay.Ip("link set in1 down")));
    }

    [Fact]
    public void Death_of_mcrd_should_cost_nothing_and_that_of_its_worker_double_nothing()
    {
        using var feeds = new MergedFeeds();
        int worker = Assert.Single(feeds.Mcrd.WorkerPids());
        Impairment[] lossy() => [Impairments.Loses(1, 0.1), Impairments.Loses(2, 0.1)];
        Perfect("mcrd killed and started again", feeds.During(
            () =>
            {
                feeds.Mcrd.Kill();
                feeds.Paths.AwaitMore(ImpairedPaths.Rate / 2);
                feeds.Mcrd.StartAgain();
            },
            lossy()));
        Assert.Equal(worker, Assert.Single(feeds.Mcrd.WorkerPids()));
        Perfect("upgrade-hold and started again", feeds.During(
            () =>
            {
                _ = feeds.Mcrd.Ctl("upgrade-hold");
                feeds.Mcrd.WaitUntilGone();
                feeds.Paths.AwaitMore(ImpairedPaths.Rate / 2);
                feeds.Mcrd.StartAgain();
            },
            lossy()));
        Assert.Equal(worker, Assert.Single(feeds.Mcrd.WorkerPids()));
        _ = feeds.Mcrd.AwaitStandby();
        FeedOutcome died = feeds.During(
            () =>
            {
                _ = Libc.kill(worker, Libc.SIGKILL);
                feeds.Mcrd.AwaitSuccessor(worker);
                AwaitProtection(feeds, 0);
                AwaitProtection(feeds, 1);
            },
            lossy());
        output.WriteLine($"worker killed: {died}");
        Assert.Equal((0, 0, 0), (died.Doubled, died.Disordered, died.Damaged));
        Perfect("afterwards", feeds.During(() => { }, lossy()));
    }

    [Fact]
    public void Output_that_is_added_or_removed_should_cost_the_others_nothing()
    {
        using var feeds = new MergedFeeds();
        string one = feeds.Rule;
        string two = one.Replace("outputs = [ ", "outputs = [ { interface = out1, group = \"239.2.2.3\", port = 6000 }, ", StringComparison.Ordinal);
        using var second = new FeedRecorder(feeds.Topology.Destination, "10.3.0.2", "239.2.2.3", 6000);
        Impairment[] lossy() => [Impairments.Loses(1, 0.1), Impairments.Loses(2, 0.1)];
        Perfect("output added", feeds.During(
            () =>
            {
                feeds.Mcrd.Configure(two);
                _ = feeds.Mcrd.Ctl("reload");
                McrdWaits.Until(() => second.Count > ImpairedPaths.Rate / 4, () => $"the second output: {second.Count}");
            },
            lossy()));
        long last = second.Latest;
        FeedOutcome there = second.Compare(feeds.Paths, last - (ImpairedPaths.Rate / 4), last);
        output.WriteLine($"at the output that was added: {there}");
        Assert.True(there.IsPerfect, $"{there}");
        Perfect("output removed", feeds.During(
            () =>
            {
                feeds.Mcrd.Configure(one);
                _ = feeds.Mcrd.Ctl("reload");
            },
            lossy()));
    }

    [Fact]
    public void Second_input_should_be_relayed_once_the_first_is_silent_and_the_first_again_when_it_has_been_well()
    {
        using var feeds = new MergedFeeds("failover,receive-timeout=100ms,revert-after=1s");
        FeedOutcome silent = feeds.During(() =>
        {
            Assert.Equal((1, 0), (feeds.Counters[SelectBlock.Current], feeds.Counters[SelectBlock.Switches]));
            feeds.Paths.Change(Impairments.Cut, Impairments.None);
        });
        output.WriteLine($"input 1 silent: {silent}");
        Assert.Equal((2, 1), (feeds.Counters[SelectBlock.Current], feeds.Counters[SelectBlock.Switches]));

        // Counted by datagrams: whoever receives may be late itself. So may the sender, who then sends at once what is due, and the worker, which takes its own delay for nobody's silence.
        Assert.InRange(silent.Lost, 95 * ImpairedPaths.Rate / 1000, 180 * ImpairedPaths.Rate / 1000);
        Assert.Equal((0, 0), (silent.Disordered, silent.Damaged));
        long back = 0;
        FeedOutcome reverted = feeds.During(
            () =>
            {
                back = Stopwatch.GetTimestamp();
                feeds.Paths.Change(Impairments.None, Impairments.None);
                McrdWaits.Until(() => feeds.Counters[SelectBlock.Current] == 1, () => feeds.Counters.Describe(2));
                output.WriteLine($"back to input 1 after {Stopwatch.GetElapsedTime(back).TotalMilliseconds:0} ms: {feeds.Counters.Describe(2)}");
                Assert.InRange(Stopwatch.GetElapsedTime(back).TotalSeconds, 1, 1.5);
            },
            Impairments.Cut,
            Impairments.None);
        output.WriteLine($"reverted: {reverted}");

        // What one path is ahead of the other: they come in batches. By datagrams, as above; a busy machine is silent for longer.
        Assert.InRange(reverted.Lost + reverted.Doubled, 0, ImpairedPaths.Rate / 200);
    }

    private void Perfect(string what, FeedOutcome outcome)
    {
        output.WriteLine($"{what}: {outcome}");
        Assert.True(outcome.IsPerfect, $"{what}: {outcome}");
    }

    private static void AwaitProblem(MergedFeeds feeds, string words) =>
        McrdWaits.Until(() => $"{feeds.Mcrd.Rules().Single()}".Contains(words, StringComparison.Ordinal), () => $"'{words}' in {feeds.Mcrd.Rules().Single()}");

    /// <summary>Until that input brings something.</summary>
    private static void AwaitProtection(MergedFeeds feeds, int input)
    {
        long received = feeds.Counters.Of(input, SelectBlock.Received);
        McrdWaits.Until(() => feeds.Counters.Of(input, SelectBlock.Received) > received + 100, () => $"input {input + 1} to bring something: {feeds.Counters.Describe(2)}\n{feeds.Mcrd.Rules().Single()}\n{feeds.Mcrd.Process.Output}");
    }
}

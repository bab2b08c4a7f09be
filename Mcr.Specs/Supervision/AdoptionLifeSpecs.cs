using Mcr.Actors.Relay;
using Akka.Actor;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Specs.Supervision;

/// <summary>An interface whose port came with the workers of an mcrd that is gone.</summary>
public sealed class AdoptionLifeSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    private const long Generation = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Workers_that_run_what_is_wanted_should_be_told_nothing(int workers)
    {
        Options = Options with { InterfaceDefaults = new InterfaceOptions { Workers = workers } };
        Inherit(workers, Video(), Audio());
        Add([Video(), Audio()]);
        AwaitAssert(() => Assert.All(List(), r => Assert.Equal(RuleStatus.Active, r.Status)));
        Assert.Equal(Enumerable.Range(700, workers), Workers().Select(w => w.Pid));
        string[] journal = TakeJournal();
        Assert.Equal(["open in0", .. Enumerable.Repeat("adopt", workers), "join 239.1.1.1", "join 239.1.1.9", "drop inherited"], journal.Order(StringComparer.Ordinal).OrderBy(Rank));
    }

    [Fact]
    public void Workers_should_be_told_only_what_differs()
    {
        Inherit(1, Video(), Audio());
        int audio = Platform.Adopted!.Sockets.Single(s => s.Value!.Interface == "out1").Key;
        ForwardingRule news = TestRules.Rule("in0", "239.1.1.3", 5003, "news", "239.2.2.3:6003:out1");
        Add([Video(), news]);
        FakeWorker worker = NextWorker();
        AwaitAssert(() => Assert.All(List(), r => Assert.Equal(RuleStatus.Active, r.Status)));
        AwaitAssert(() => Assert.Contains($"close {audio}", Platform.Journal));
        Assert.Equal(["open in0", "adopt", "egress 2 out1", "join 239.1.1.1", "join 239.1.1.3", "drop inherited", "sockets 2", "rules 2", $"close {audio}"], Sorted(TakeJournal("forget")));
        Assert.Equal(Generation + 1, worker.Rules?.Generation); // a change of what it ran, or it would have refused
    }

    [Fact]
    public void Counters_should_go_on_where_the_rule_was_and_begin_where_it_is_new()
    {
        Inherit(1, Video());
        Add([Video(), Audio()]);
        AwaitAssert(() => Assert.All(List(), r => Assert.Equal(RuleStatus.Active, r.Status)));
        Relay.Tell(new RelayQueries.GetStats(), TestActor);
        RelayQueries.StatsReport report = ExpectMsg<RelayQueries.StatsReport>();
        Assert.Equal([1000, 0], report.Rules.OrderBy(r => r.Rule.Name == "audio").Select(r => r.Matched));
    }

    [Fact]
    public void Adopted_worker_that_dies_should_be_followed_by_one_that_gets_everything()
    {
        Inherit(1, Video());
        Add([Video()]);
        FakeWorker adopted = NextWorker();
        AwaitAssert(() => Assert.Equal(RuleStatus.Active, List().Single().Status));
        TakeJournal();
        adopted.Exit("ended while adopted");
        FakeWorker next = NextWorker();
        AwaitAssert(() => Assert.Equal(1, next.Rules?.Rules.Length));
        Assert.Equal(["let go", "start", "sockets 0", "rules 1"], TakeJournal());
    }

    [Fact]
    public void Nothing_that_was_retired_should_be_given_out_while_a_worker_is_awaited_that_may_use_it()
    {
        const int Retired = 5; // by a change that the mcrd which is gone was in the middle of
        Options = Options with { InterfaceDefaults = new InterfaceOptions { Workers = 2 } };
        Inherit(2, Video());
        Platform.Adopted = Platform.Adopted! with { Sockets = Platform.Adopted.Sockets.Add(Retired, null) };
        Platform.Obedience = Obedience.Stop;
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        FakeWorker[] adopted = [NextWorker(), NextWorker()];
        FakeWorker late = adopted.Single(w => w.Number == 1);

        // One is gone before it was heard of, and its successor gets everything; of the other nothing is known yet.
        adopted.Single(w => w.Number == 0).Exit("ended while adopted");
        FakeWorker next = NextWorker();
        next.Obedience = Obedience.Full;
        next.Begin();
        AwaitAssert(() => Assert.Equal(1, next.Rules?.Rules.Length));
        Assert.DoesNotContain($"close {Retired}", Platform.Journal);

        late.Obedience = Obedience.Full;
        late.Begin();
        ExpectMsg<CommandResult.Ok>();
        AwaitAssert(() => Assert.Contains($"close {Retired}", Platform.Journal));
    }

    [Fact]
    public void Held_interface_should_stop_no_worker()
    {
        Ok(Video());
        NextWorker();
        TakeJournal();
        Relay.Tell(new RelayCommands.Stop(Hold: true), TestActor);
        ExpectMsg<CommandResult.Ok>();
        Assert.Equal(["hold", "let go", "dispose in0"], TakeJournal());
    }

    private void Inherit(int workers, params ForwardingRule[] rules) =>
        Platform.Adopted = AdoptedPorts.Of(AdoptedPorts.Plan(rules, Allocations.Empty, Generation).Allocations, Generation, workers);

    private void Add(ForwardingRule[] rules)
    {
        Relay.Tell(new RelayCommands.AddRules([.. rules.Select(r => new RuleWithOrigin(r, "spec"))]), TestActor);
        ExpectMsg<CommandResult.Ok>();
    }

    private static int Rank(string line) => Array.FindIndex(["open", "adopt", "egress", "join", "drop", "sockets", "rules", "close"], line.StartsWith);

    /// <summary>The steps are in order; which of two groups is joined first is nobody's matter.</summary>
    private static string[] Sorted(string[] journal)
    {
        Assert.Equal(journal.Select(Rank).Order(), journal.Select(Rank));
        return [.. journal.Order(StringComparer.Ordinal).OrderBy(Rank)];
    }
}

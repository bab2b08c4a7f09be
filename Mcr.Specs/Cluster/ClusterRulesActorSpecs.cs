using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.State;
using Mcr.Native.Rules;
using RuleKey = Mcr.Actors.Cluster.Rules.RuleKey;

namespace Mcr.Specs.Cluster;

/// <summary>The rules of node a between its relay, the others, of which b speaks here, and the operator.</summary>
public sealed class ClusterRulesActorSpecs(ITestOutputHelper output) : ClusterSpec(output)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mcr-spec-cluster-");
    private FakeRelay? _relay;
    private TestProbe? _owner;
    private TestProbe? _asked;

    /// <summary>As b knows it.</summary>
    private ClusterRules _theirs = ClusterRules.Start(new SavedRules("b", Writers.Name("b", 1), 0) { IsNew = true }, ImmutableDictionary<string, RuleValue>.Empty, "node b", DateTimeOffset.UnixEpoch).Next;

    private TestProbe Owner => _owner ??= CreateTestProbe("owner");

    private TestProbe Asked => _asked ??= CreateTestProbe("relay");

    private FakeRelay Relay => _relay ??= new FakeRelay(Asked);

    [Fact]
    public void Rules_that_others_ask_for_should_be_one_change_on_the_revision_that_was_seen()
    {
        IActorRef actor = Start();
        Put(actor, Rule(1), Rule(2), Rule(3));
        RelayCommands.ChangeRules change = Asked.FishForMessage<RelayCommands.ChangeRules>(_ => true);
        Assert.Equal(7, change.OnRevision);
        Assert.Equal("mcrctl", change.Put[0].Origin);
        CheckSettled(actor, "1 Running", "2 Running", "3 Running");
        Remove(actor, 2);
        CheckSettled(actor, "1 Running", "3 Running");
        Assert.Equal(["+1 +2 +3", "-2"], Relay.Done);
    }

    /// <summary>What was done for the others is not taken for a change that somebody made here.</summary>
    [Fact]
    public void What_was_applied_should_not_be_written_again_as_a_change_of_this_node()
    {
        IActorRef actor = Start();
        Put(actor, Rule(1));
        CheckSettled(actor, "1 Running");
        Advance(Look);
        Sys.EventStream.Publish(new OwnRules.Changed());
        CheckSettled(actor, "1 Running");
        Assert.DoesNotContain(Owner.ReceiveWhile(m => m as MemberMessages.Replicate, TimeSpan.FromMilliseconds(100)), r => r!.Shard.Rules.Values.Any(v => v.Writes.Any(w => Writers.NodeOf(w.Writer) == "a")));
    }

    [Fact]
    public void Of_rules_that_cannot_be_together_the_refused_should_be_told_of_and_the_rest_be_one_change()
    {
        Relay.Refuse = Refusing("2", "no room");
        IActorRef actor = Start();
        Put(actor, Rule(1), Rule(2), Rule(3));
        ClusterMessages.Refusals refusals = Owner.FishForMessage<ClusterMessages.Refusals>(_ => true);
        Assert.Equal(["2: outputs[0].interface: no room"], refusals.Refused.Select(r => $"{r.Key}: {r.Value}"));
        AwaitCondition(() => Relay.Done.Count > 0);
        Assert.Equal(["+1 +3"], Relay.Done); // each change waits until all that it has brought is settled
        CheckSettled(actor, "1 Running", "2 Refused", "3 Running");

        // It is asked for again, and is there when nothing is in the way any more.
        Relay.Refuse = _ => null;
        Advance(Look);
        Advance(Look); // the second time it takes twice as long
        Assert.Empty(Owner.FishForMessage<ClusterMessages.Refusals>(_ => true).Refused);
        CheckSettled(actor, "1 Running", "2 Running", "3 Running");
    }

    /// <summary>Nothing changes: nothing is written, nothing is said, and the relay is asked less and less.</summary>
    [Fact]
    public void Rule_that_is_refused_again_and_again_should_be_told_of_once_and_cost_less_and_less()
    {
        TestProbe warnings = CreateTestProbe();
        Sys.EventStream.SetLogLevel(Akka.Event.LogLevel.WarningLevel);
        Sys.EventStream.Subscribe(warnings, typeof(Akka.Event.Warning));
        Relay.Refuse = Refusing("2", "no room");
        IActorRef actor = Start(_directory.FullName);
        Put(actor, Rule(2));
        Assert.Single(Owner.FishForMessage<ClusterMessages.Refusals>(_ => true).Refused);
        Await(actor);
        Assert.Contains("cannot be here", warnings.ExpectMsg<Akka.Event.Warning>().Message.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, Asks());
        string file = Path.Combine(_directory.FullName, ClusterRulesFile.Name);
        var mark = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(file, mark);
        var asked = new List<int>();
        for (int look = 1; look <= 40; look++)
        {
            Advance(Look);
            Await(actor);
            Await(actor); // what it has told itself is done, too
            if (Asks() > 0)
                asked.Add(look);
        }

        Assert.Equal([1, 3, 7, 15, 31], asked);
        Assert.Equal(mark, File.GetLastWriteTimeUtc(file));
        warnings.ExpectNoMsg(TimeSpan.Zero);
        Assert.DoesNotContain(Owner.ReceiveWhile<object>(m => m, TimeSpan.FromMilliseconds(50)), m => m is ClusterMessages.Refusals);
        Relay.Refuse = Refusing("2", "no room at all"); // news, when the rules here are others
        Relay.Change([new OwnRule(Rule(9), "mcrctl", IsFile: false)]);
        Sys.EventStream.Publish(new OwnRules.Changed());
        Assert.EndsWith("no room at all", warnings.ExpectMsg<Akka.Event.Warning>().Message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_another_rule_than_it_says_should_be_refused_without_asking_the_relay()
    {
        IActorRef actor = Start();
        Relay.Change([new OwnRule(Rule(7), "mcrctl", IsFile: false)]);
        Sys.EventStream.Publish(new OwnRules.Changed());
        Put(actor, ("1", Value(Rule(7, output: 9)).Value), Value(Rule(2)));
        Assert.Equal("this is rule 7, not 1", Owner.FishForMessage<ClusterMessages.Refusals>(_ => true).Refused["1"]);
        CheckSettled(actor, "1 Refused", "2 Running", "7 Running");
        Assert.Equal(["+2"], Relay.Done);
    }

    /// <summary>Somebody here was told that his rule is there; who asked for the other one could not know of it.</summary>
    [Fact]
    public void Rule_should_not_take_the_place_of_one_that_runs_here_with_another_id()
    {
        IActorRef actor = Start();
        Relay.Change([new OwnRule(Rule(1) with { Id = new RuleId("mine"), Name = null }, "mcrctl", IsFile: false)]);
        Put(actor, Rule(1), Rule(2));
        Assert.Equal(
            "input: 239.1.1.1:5000 on in0 is the input of rule mine (mcrctl) on this node; remove that rule, or change it instead of adding another one",
            Owner.FishForMessage<ClusterMessages.Refusals>(r => !r.Refused.IsEmpty).Refused["1"]);
        CheckSettled(actor, "1 Refused", "2 Running", "mine Running");
    }

    [Fact]
    public void Relay_that_is_stopping_should_neither_be_waited_for_nor_be_taken_to_refuse()
    {
        IActorRef actor = Start();
        Relay.Refuse = _ => new CommandResult.Rejected("mcrd", "it is stopping") { IsStopping = true };
        Put(actor, Rule(1));
        Asked.FishForMessage<RelayCommands.ChangeRules>(_ => true);
        Await(actor);
        Assert.Equal(["a 1 Pending"], List(actor));
        Relay.HasStopped = true;
        Advance(Look);
        Await(actor);
        Assert.Equal(["a 1 Pending"], List(actor));
        Relay.HasStopped = false;
        Relay.Refuse = _ => null;
        Advance(Look);
        CheckSettled(actor, "1 Running");
    }

    [Fact]
    public void Actor_that_has_crashed_should_ask_for_all_that_others_have_said()
    {
        IActorRef actor = Start();
        Put(actor, ("c", "3", Value(Rule(3)).Value));
        AwaitAssert(() => Assert.Equal(["c 3 Pending"], List(actor)));
        Relay.Lies = true;
        Advance(Look);
        Owner.FishForMessage<MemberMessages.Recall>(_ => true);
        Relay.Lies = false;
        Advance(Look);
        Await(actor);
        Assert.Empty(List(actor)); // there is no file
        Send(actor);
        AwaitAssert(() => Assert.Equal(["c 3 Pending"], List(actor)));
    }

    [Fact]
    public void Rule_of_a_newer_version_should_be_refused_without_asking_the_relay_and_be_in_nobodys_way()
    {
        IActorRef actor = Start();
        Put(actor, ("1", new RuleValue("""{"id":"1","tunnel":{}}""", "mcrctl")), Value(Rule(2)));
        Assert.StartsWith("this mcrd cannot read the rule, which is of another version: ", Owner.FishForMessage<ClusterMessages.Refusals>(_ => true).Refused["1"], StringComparison.Ordinal);
        CheckSettled(actor, "1 Refused", "2 Running");
        Assert.Equal(["+2"], Relay.Done);
    }

    [Fact]
    public void Change_of_this_node_meanwhile_should_be_lost_by_nobody()
    {
        IActorRef actor = Start();
        Relay.Change([new OwnRule(Rule(9), "mcrctl", IsFile: false)]); // not yet told of: the revision is another one
        Put(actor, Rule(1));
        CheckSettled(actor, "1 Running", "9 Running");
        Assert.Equal(["+1"], Relay.Done);
        Assert.Contains(Owner.ReceiveWhile(m => m as MemberMessages.Replicate, TimeSpan.FromMilliseconds(100)), r => r!.Shard.Rules.ContainsKey(new RuleKey("a", "9")));
    }

    [Fact]
    public void Conflict_should_be_told_of_once()
    {
        TestProbe events = CreateTestProbe();
        Sys.EventStream.Subscribe(events, typeof(RelayEvent));
        IActorRef actor = Start();
        Relay.Change([new OwnRule(Rule(1), "mcrctl", IsFile: false)]);
        Sys.EventStream.Publish(new OwnRules.Changed());
        CheckSettled(actor, "1 Running");
        Put(actor, Rule(1, output: 9)); // b did not know
        RelayEvent story = events.ExpectMsg<RelayEvent>();
        Assert.Equal((EventKind.RuleConflict, "a", "1"), (story.Kind, story.Values["node"], story.Values["rule"]));
        Assert.Contains("was changed at the same time by", story.Sentence, StringComparison.Ordinal);
        Send(actor);
        Advance(Look);
        CheckSettled(actor, "1 Running");
        events.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Assert.Single(Summary(actor).Conflicts);
    }

    [Fact]
    public void What_is_asked_while_the_relay_is_silent_should_be_answered()
    {
        Relay.BeSilent(_ => true);
        IActorRef actor = Start(awaits: false);
        actor.Tell(new ClusterMessages.Summarize(ImmutableSortedDictionary<string, NodeReport>.Empty), TestActor);
        actor.Tell(new ClusterMessages.Leave("c", new ControlRequest.Remove { RuleId = "1" }, "root"), TestActor);
        actor.Tell(new ClusterMessages.Forget("c", "root"), TestActor);
        Assert.Empty(ExpectMsg<ClusterMessages.Summary>().Hashes);
        Assert.Equal("the rules of node c are not known yet; try again in a moment", Assert.Single(ExpectMsg<ControlResponse.Error>().Problems).Sentence);
        Assert.Equal("the rules of the cluster are not known yet; try again in a moment", Assert.Single(ExpectMsg<ControlResponse.Error>().Problems).Sentence);
    }

    /// <summary>It has done what it was asked and then hangs: it is not asked for that again, and it is not taken for undone.</summary>
    [Fact]
    public void Relay_that_falls_silent_after_a_change_should_be_understood_when_it_speaks()
    {
        IActorRef actor = Start();
        Relay.BeSilent(message => message is OwnRules.Get && Relay.Done.Count > 0);
        Put(actor, Rule(1));
        AwaitCondition(() => Relay.Rules.Length == 1);
        Await(actor); // it has given up
        Relay.Speak();
        Advance(Look);
        CheckSettled(actor, "1 Running");
        Assert.Equal(["+1"], Relay.Done);
        Put(actor, Rule(2));
        CheckSettled(actor, "1 Running", "2 Running");
    }

    [Fact]
    public void Relay_that_does_not_answer_a_change_should_be_asked_again()
    {
        IActorRef actor = Start();
        Relay.BeSilent(message => message is RelayCommands.ChangeRules);
        Put(actor, Rule(1));
        Asked.FishForMessage<RelayCommands.ChangeRules>(_ => true);
        Await(actor);
        Relay.BeSilent(_ => false); // it has forgotten it
        Advance(Look);
        CheckSettled(actor, "1 Running");
    }

    [Fact]
    public void Rule_for_a_node_that_is_away_should_wait_here_and_survive_a_restart()
    {
        IActorRef actor = Start(_directory.FullName);
        actor.Tell(new ClusterMessages.Leave("c", Add(1), "root"), TestActor);
        Assert.Equal("rule 1 of node c is pending: it cannot be reached just now, and does it when it can", ExpectMsg<ControlResponse.Success>().Sentence);
        Assert.Contains(new RuleKey("c", "1"), Owner.FishForMessage<MemberMessages.Replicate>(_ => true).Shard.Rules.Keys);
        Assert.Equal(["c 1 Pending"], List(actor));
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);

        actor = Start(_directory.FullName);
        Assert.Equal(["c 1 Pending"], List(actor));
        actor.Tell(new ClusterMessages.Leave("c", new ControlRequest.Remove { Name = "rule 1" }, "root"), TestActor);
        Assert.Equal("rule 1 of node c is to be removed: it cannot be reached just now, and does it when it can", ExpectMsg<ControlResponse.Success>().Sentence);
        Assert.Empty(List(actor));
    }

    [Fact]
    public void Request_of_which_one_part_cannot_be_should_leave_nothing()
    {
        IActorRef actor = Start();
        actor.Tell(new ClusterMessages.Leave("c", new ControlRequest.ChangeRules { Rules = [Add(1), Add(2) with { InputPort = "0" }] }, "root"), TestActor);
        Assert.Equal("rules[1].input.port", Assert.Single(ExpectMsg<ControlResponse.Error>().Problems).Field);
        Assert.Empty(List(actor));
    }

    [Fact]
    public void New_DistributedData_should_be_told_everything()
    {
        IActorRef actor = Start();
        Put(actor, Rule(1), Rule(2));
        CheckSettled(actor, "1 Running", "2 Running");
        Owner.ReceiveWhile<object>(_ => true, TimeSpan.FromMilliseconds(50));
        actor.Tell(new ClusterRulesActor.Replay());
        string[] told = [.. Enumerable.Range(0, 2).SelectMany(_ => Owner.ExpectMsg<MemberMessages.Replicate>().Shard.Rules.Keys).Select(k => $"{k}").Order(StringComparer.Ordinal)];
        Assert.Equal(["a/1", "a/2"], told);
    }

    protected override async Task AfterAllAsync()
    {
        await base.AfterAllAsync();
        _directory.Delete(recursive: true);
    }

    private IActorRef Start(string? directory = null, bool awaits = true)
    {
        ClusterRulesFile? file = directory is null ? null : new ClusterRulesFile(new StateDirectory(directory, _ => { }, Clock));
        IActorRef relay = Asked;
        _ = Relay;
        ManualClock clock = Clock;
        IActorRef actor = Owner.ChildActorOf(Props.Create(() => new ClusterRulesActor(relay, file, "a", clock, Patience)), SupervisorStrategy.DefaultStrategy);
        Owner.FishForMessage<MemberMessages.Recall>(_ => true);
        Await(actor);
        Advance(TimeSpan.FromMilliseconds(1)); // the first look
        if (awaits)
            Await(actor);
        return actor;
    }

    private void Put(IActorRef actor, params ForwardingRule[] rules) => Put(actor, [.. rules.Select(Value)]);

    private void Put(IActorRef actor, params (string Id, RuleValue Value)[] rules) => Put(actor, [.. rules.Select(r => ("a", r.Id, r.Value))]);

    private void Put(IActorRef actor, params (string Node, string Id, RuleValue Value)[] rules)
    {
        foreach ((string node, string id, RuleValue value) in rules)
            (_theirs, _, _) = _theirs.Put(new RuleKey(node, id), value, "root", DateTimeOffset.UnixEpoch);
        Send(actor);
    }

    /// <summary>As the relay does it: it names all that cannot be.</summary>
    private static Func<RelayCommands.ChangeRules, CommandResult.Rejected?> Refusing(string id, string why) => change =>
        change.Put.Select(p => p.Rule.Id.Value).ToList().IndexOf(id) is >= 0 and int index ? new CommandResult.Rejected($"rules[{index}].outputs[0].interface", why) : null;

    /// <summary>How often the relay was asked to change something since this was asked for last.</summary>
    private int Asks()
    {
        int changes = 0;
        while (Asked.HasMessages)
        {
            if (Asked.ReceiveOne(TimeSpan.Zero) is RelayCommands.ChangeRules)
                changes++;
        }

        return changes;
    }

    private void Remove(IActorRef actor, int id)
    {
        (_theirs, _, string? refusal) = _theirs.Remove(new RuleKey("a", $"{id}"), "root", DateTimeOffset.UnixEpoch);
        Assert.Null(refusal);
        Send(actor);
    }

    /// <summary>All that b knows.</summary>
    private void Send(IActorRef actor)
    {
        for (int i = 0; i < RuleKey.Shards; i++)
        {
            if (!_theirs.Shards[i].Rules.IsEmpty)
                actor.Tell(new MemberMessages.Shard(i, _theirs.Shards[i]));
        }

        Await(actor);
        Advance(TimeSpan.FromMilliseconds(5));
    }

    /// <summary>Its own rules, as the operator sees them: at once, and after it has looked again.</summary>
    private void CheckSettled(IActorRef actor, params string[] rules)
    {
        AwaitAssert(() => Assert.Equal(rules, List(actor).Where(r => r.StartsWith("a ", StringComparison.Ordinal)).Select(r => r[2..])));
        Advance(Look);
        Await(actor);
        Assert.Equal(rules, List(actor).Where(r => r.StartsWith("a ", StringComparison.Ordinal)).Select(r => r[2..]));
        Assert.Equal(rules.Where(r => r.EndsWith("Running", StringComparison.Ordinal)).Select(r => r.Split(' ')[0]), Relay.Rules.Select(r => r.Rule.Id.Value));
    }

    private string[] List(IActorRef actor)
    {
        actor.Tell(new ClusterMessages.ListRules(ImmutableSortedDictionary<string, NodeReport>.Empty), TestActor);
        return [.. FishForMessage<ControlResponse.ClusterRules>(_ => true).Entries.Select(e => $"{e.Node} {e.RuleId} {e.State}")];
    }

    private ClusterMessages.Summary Summary(IActorRef actor)
    {
        actor.Tell(new ClusterMessages.Summarize(ImmutableSortedDictionary<string, NodeReport>.Empty), TestActor);
        return FishForMessage<ClusterMessages.Summary>(_ => true);
    }

    private static ControlRequest.Add Add(int i) => new()
    {
        RuleId = $"{i}",
        Name = $"rule {i}",
        InputInterface = "in0",
        InputGroup = $"239.1.1.{i}",
        InputPort = "5000",
        Outputs = [new OutputText { Group = $"239.2.2.{i}", Port = "6000", Interface = "out0" }],
    };

    private static ForwardingRule Rule(int i, int? output = null) => TestRules.Rule("in0", $"239.1.1.{i}", 5000, $"rule {i}", $"239.2.2.{output ?? i}:6000:out0") with { Id = new RuleId($"{i}") };

    private static (string Id, RuleValue Value) Value(ForwardingRule rule) => (rule.Id.Value, new RuleValue(new ClusterRuleTexts().Text(rule), "mcrctl"));
}

using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.State;
using Mcr.Native.Rules;
using static Mcr.Specs.Cluster.NumberedRules;
using RuleKey = Mcr.Actors.Cluster.Rules.RuleKey;

namespace Mcr.Specs.Cluster;

/// <summary>Rules that others ask for and that this node cannot have, or does not take.</summary>
public sealed class ClusterRulesRefusalSpecs(ITestOutputHelper output) : ClusterRulesActorSpec(output)
{
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

    [Fact]
    public void Rule_that_is_refused_again_and_again_should_be_told_of_once_and_cost_less_and_less()
    {
        TestProbe warnings = CreateTestProbe();
        Sys.EventStream.SetLogLevel(Akka.Event.LogLevel.WarningLevel);
        Sys.EventStream.Subscribe(warnings, typeof(Akka.Event.Warning));
        Relay.Refuse = Refusing("2", "no room");
        IActorRef actor = Start(StateFiles.FullName);
        Put(actor, Rule(2));
        Assert.Single(Owner.FishForMessage<ClusterMessages.Refusals>(_ => true).Refused);
        Await(actor);
        Assert.Contains("cannot be here", warnings.ExpectMsg<Akka.Event.Warning>().Message.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, Asks());
        string file = Path.Combine(StateFiles.FullName, ClusterRulesFile.Name);
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
    public void Rule_of_a_newer_version_should_be_refused_without_asking_the_relay_and_be_in_nobodys_way()
    {
        IActorRef actor = Start();
        Put(actor, ("1", new RuleValue("""{"id":"1","tunnel":{}}""", "mcrctl")), Value(Rule(2)));
        Assert.StartsWith("this mcrd cannot read the rule, which is of another version: ", Owner.FishForMessage<ClusterMessages.Refusals>(_ => true).Refused["1"], StringComparison.Ordinal);
        CheckSettled(actor, "1 Refused", "2 Running");
        Assert.Equal(["+2"], Relay.Done);
    }
}

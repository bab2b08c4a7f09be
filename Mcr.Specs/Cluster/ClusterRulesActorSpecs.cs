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

/// <summary>What others say, what the relay says and what an operator asks, and what comes of it.</summary>
public sealed class ClusterRulesActorSpecs(ITestOutputHelper output) : ClusterRulesActorSpec(output)
{
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

    /// <summary>Nothing changes: nothing is written, nothing is said, and the relay is asked less and less.</summary>
    /// <summary>Somebody here was told that his rule is there; who asked for the other one could not know of it.</summary>
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
        IActorRef actor = Start(StateFiles.FullName);
        actor.Tell(new ClusterMessages.Leave("c", Add(1), "root"), TestActor);
        Assert.Equal("rule 1 of node c is pending: it cannot be reached just now, and does it when it can", ExpectMsg<ControlResponse.Success>().Sentence);
        Assert.Contains(new RuleKey("c", "1"), Owner.FishForMessage<MemberMessages.Replicate>(_ => true).Shard.Rules.Keys);
        Assert.Equal(["c 1 Pending"], List(actor));
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);

        actor = Start(StateFiles.FullName);
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
}

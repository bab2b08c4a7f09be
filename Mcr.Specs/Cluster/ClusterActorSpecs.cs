using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using RuleKey = Mcr.Actors.Cluster.Rules.RuleKey;

namespace Mcr.Specs.Cluster;

/// <summary>What an operator asks of node a: of a cluster in which b can be reached and c cannot.</summary>
public sealed class ClusterActorSpecs(ITestOutputHelper output) : ClusterSpec(output)
{
    private static readonly ControlPeer Root = new(7, 0, 0, "root", MayChange: true);

    [Fact]
    public void Request_for_a_node_that_nobody_knows_should_name_those_that_there_are()
    {
        IActorRef cluster = Start();
        Assert.Equal("there is no node 'z' that is known here; the cluster has a, b, c", Problem(cluster, new ControlRequest.ListRules { Node = "z" }));
        Assert.Equal("the cluster has no node 'z'; it has a, b, c", Problem(cluster, new ControlRequest.ClusterDown { Member = "z" }));
    }

    [Fact]
    public void Change_for_a_node_that_cannot_be_reached_should_be_kept_for_it_and_told_to_the_others()
    {
        IActorRef cluster = Start();
        Assert.Equal("rule 1 of node c is pending: it cannot be reached just now, and does it when it can", Success(cluster, Add() with { Node = "c" }));
        MemberMessages.Replicate replicate = Replica.FishForMessage<MemberMessages.Replicate>(_ => true);
        Assert.Equal("c/1", $"{Assert.Single(replicate.Shard.Rules).Key}");
        Assert.Equal("root (0)", replicate.Shard.Rules.Values.Single().Winner!.By);
        ClusterRuleEntry entry = Assert.Single(Assert.IsType<ControlResponse.ClusterRules>(Ask(cluster, new ControlRequest.ClusterRules())).Entries);
        Assert.Equal(("c", "1", "Pending"), (entry.Node, entry.RuleId, entry.State));
        Door.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void Question_to_a_node_that_cannot_be_reached_should_be_refused()
    {
        IActorRef cluster = Start();
        Assert.Equal("node c cannot be reached", Problem(cluster, new ControlRequest.ListRules { Node = "c" }));
    }

    [Fact]
    public void Request_for_a_node_that_can_be_reached_should_go_to_it_with_the_name_of_who_asks()
    {
        IActorRef cluster = Start();
        cluster.Tell(new ClusterMessages.Handle(Add() with { Node = "b" }, Root with { MayChange = false }), TestActor);
        MemberMessages.Send send = Door.ExpectMsg<MemberMessages.Send>();
        Assert.Equal(("akka.tcp://mcr@b:4053", "b", "a", "root (0)", false), (send.Address, send.Node, send.Message.From, send.Message.Who, send.Message.MayChange));
        var request = Assert.IsType<ControlRequest.Add>(RequestCodec.Decode(Packed.Open(send.Message.Request, ControlProtocol.MaxRequestBytes)));
        Assert.Equal((null, "1"), (request.Node, request.RuleId));
        Door.Reply(new Forwarded(Packed.Of(ResponseCodec.Encode(new ControlResponse.Success("done at b")))));
        Assert.Equal("done at b", ExpectMsg<ControlResponse.Success>().Sentence);
    }

    [Fact]
    public void Change_for_a_node_that_goes_before_it_answers_should_be_kept_for_it()
    {
        IActorRef cluster = Start();
        cluster.Tell(new ClusterMessages.Handle(Add() with { Node = "b" }, Root), TestActor);
        FailDoor();
        Assert.StartsWith("rule 1 of node b is pending", ExpectMsg<ControlResponse.Success>().Sentence, StringComparison.Ordinal);
        cluster.Tell(new ClusterMessages.Handle(new ControlRequest.ListRules { Node = "b" }, Root), TestActor);
        FailDoor();
        Assert.Equal("node b has not answered: it left", Assert.Single(ExpectMsg<ControlResponse.Error>().Problems).Sentence);
    }

    [Fact]
    public void Answer_that_cannot_be_read_should_be_said_and_nothing_be_kept()
    {
        IActorRef cluster = Start();
        foreach (byte[] garbage in (byte[][])[[1, 2, 3], Packed.Of("{\"Later\":{}}"u8.ToArray()), Packed.Of([])])
        {
            cluster.Tell(new ClusterMessages.Handle(Add() with { Node = "b" }, Root), TestActor);
            Door.ExpectMsg<MemberMessages.Send>();
            Door.Reply(new Forwarded(garbage));
            Assert.StartsWith("node b has answered something that this version does not understand: ", Assert.Single(ExpectMsg<ControlResponse.Error>().Problems).Sentence, StringComparison.Ordinal);
        }

        Assert.Empty(Assert.IsType<ControlResponse.ClusterRules>(Ask(cluster, new ControlRequest.ClusterRules())).Entries);
    }

    [Fact]
    public void Change_should_be_kept_while_this_nodes_own_part_of_the_cluster_is_made_anew()
    {
        IActorRef cluster = Start();
        cluster.Tell(new MemberMessages.Reported("b", new NodeReport { Number = 1 }));
        Refuse = "address already in use";
        Made[^1].Terminate();
        AwaitAssert(() => Assert.Equal("waiting", Status(cluster).State));
        Assert.StartsWith("rule 1 of node b is pending", Success(cluster, Add() with { Node = "b" }), StringComparison.Ordinal);

        // and is told to the others when it is there again
        Refuse = null;
        Replica.ReceiveWhile<object>(_ => true, TimeSpan.FromMilliseconds(20));
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            Assert.Equal("searching", Status(cluster).State);
        });
        Assert.Equal("b/1", $"{Assert.Single(Replica.FishForMessage<MemberMessages.Replicate>(_ => true).Shard.Rules).Key}");
    }

    /// <summary>As when the node itself is asked; all of it is named, and nothing is kept.</summary>
    [Fact]
    public void Rules_of_files_of_a_node_that_cannot_be_reached_should_not_be_changed()
    {
        IActorRef cluster = Start();
        ImmutableDictionary<string, RuleValue> files = ImmutableDictionary<string, RuleValue>.Empty
            .Add("1", new RuleValue("""{"id":"1","name":"one","input":{"interface":"in0","group":"239.1.1.1","port":5000},"outputs":[{"group":"239.2.2.1","port":7000,"interface":"out0"}]}""", "mcrd.hocon:7:3", IsFile: true))
            .Add("2", new RuleValue("""{"id":"2","name":"two","input":{"interface":"in0","group":"239.1.1.2","port":5000},"outputs":[{"group":"239.2.2.2","port":7000,"interface":"out0"}]}""", "mcrd.hocon:9:3", IsFile: true));
        Hear(cluster, "c", files);
        var remove = new ControlRequest.Remove { Name = "two" };
        string[] problems = Problems(cluster, new ControlRequest.ChangeRules { Rules = [Add()], Removals = [remove], Node = "c" });
        Assert.Equal(["rule 2 is from a file of node c (mcrd.hocon:9:3), and no other", "rule 1 is from a file of node c (mcrd.hocon:7:3), and no other"], problems.Select(problem => problem[..problem.IndexOf(" node may", StringComparison.Ordinal)]));
        Assert.Single(Problems(cluster, remove with { Node = "c" }));
        Assert.Equal(["File", "File"], Assert.IsType<ControlResponse.ClusterRules>(Ask(cluster, new ControlRequest.ClusterRules())).Entries.Select(e => e.State));
    }

    /// <summary>It is asked for when something is wrong: so it is there when this node's relay is silent, and says what is not known then.</summary>
    [Fact]
    public void Status_should_not_wait_for_a_relay_that_is_silent()
    {
        FakeRelay relay = null!;
        IActorRef cluster = Start(fake => relay = fake);
        Assert.Null(Status(cluster).Unknown);
        relay.BeSilent(message => message is OwnRules.Get);
        Sys.EventStream.Publish(new OwnRules.Changed());
        AwaitCondition(() => relay.Unanswered > 0);
        cluster.Tell(new ClusterMessages.Handle(new ControlRequest.ClusterStatus(), Root), TestActor);
        ClusterEntry status = ExpectMsg<ControlResponse.ClusterStatus>(TimeSpan.FromSeconds(10)).Entry;
        Assert.StartsWith("not known just now: what each node should run, whether it does, and which changes are in conflict; ", status.Unknown, StringComparison.Ordinal);
        Assert.Equal(["a True", "b True", "c False"], status.Members.Select(m => $"{m.Node} {m.Reachable}"));
        Assert.All(status.Members, m => Assert.Null(m.Sync));
        relay.Speak();
        AwaitAssert(() => Assert.Null(Status(cluster).Unknown));
    }

    [Fact]
    public void Part_of_the_cluster_that_is_there_again_should_be_an_event_with_how_long_it_was_away()
    {
        TestProbe events = CreateTestProbe();
        IActorRef cluster = Start();
        Sys.EventStream.Subscribe(events, typeof(RelayEvent));
        Refuse = "address already in use";
        Made[^1].Terminate();
        Assert.Equal(EventSeverity.Warning, events.FishForMessage<RelayEvent>(e => e.Kind == EventKind.ClusterState).Severity); // it has ended
        AwaitAssert(() => Assert.Equal("waiting", Status(cluster).State));
        Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(EventSeverity.Warning, events.FishForMessage<RelayEvent>(e => e.Kind == EventKind.ClusterState).Severity); // nor can it begin
        AwaitAssert(() => Assert.Equal("waiting", Status(cluster).State));
        Refuse = null;
        Advance(TimeSpan.FromSeconds(2));
        RelayEvent again = events.FishForMessage<RelayEvent>(e => e.Kind == EventKind.ClusterState);
        Assert.Equal((EventSeverity.Info, "this node's part of the cluster is there again, after 4.0 s"), (again.Severity, again.Sentence));

        // A move to the others' is no end.
        Sys.ActorSelection(cluster.Path / "system").Tell(new MemberMessages.BeginAnew("a larger cluster"));
        AwaitAssert(() => Assert.Equal("waiting", Status(cluster).State));
        Advance(TimeSpan.FromSeconds(2));
        AwaitAssert(() => Assert.Equal("searching", Status(cluster).State));
        Assert.DoesNotContain(events.ReceiveWhile<object>(m => m, TimeSpan.FromMilliseconds(50)), m => m is RelayEvent { Kind: EventKind.ClusterState });
    }

    [Fact]
    public void Node_that_can_be_reached_should_neither_be_put_out_nor_forgotten()
    {
        IActorRef cluster = Start();
        Assert.StartsWith("node b can be reached, so that it would only be sent away and come back", Problem(cluster, new ControlRequest.ClusterDown { Member = "b" }), StringComparison.Ordinal);
        Assert.StartsWith("node c is part of the cluster; stop its mcrd", Problem(cluster, new ControlRequest.ClusterForget { Member = "c" }), StringComparison.Ordinal);
        Member.ExpectNoMsg(TimeSpan.Zero);
        Success(cluster, new ControlRequest.ClusterDown { Member = "c" });
        Assert.Equal("akka.tcp://mcr@c:4053", Member.ExpectMsg<MemberMessages.Down>().Address);
    }

    [Fact]
    public void Status_should_have_members_and_those_that_only_have_rules()
    {
        IActorRef cluster = Start();
        cluster.Tell(new MemberMessages.Reported("d", new NodeReport { Number = 3, Version = "1.1", RulesetHash = "00ff" }));
        ClusterEntry status = Status(cluster);
        Assert.Equal(("mcr", "a", "member", 0), (status.Cluster, status.Node, status.State, status.Restarts));
        Assert.Equal(["a Up True", "b Up True", "c Up False", "d Absent False"], status.Members.Select(m => $"{m.Node} {m.Status} {m.Reachable}"));
        Assert.Equal("seed: refused", string.Join(", ", status.Seeds!.Select(s => $"{s.Key}: {s.Value}")));
        Assert.Equal("1.1", status.Members[3].Version);
    }

    [Fact]
    public void News_of_members_and_of_a_node_that_runs_something_else_should_be_events()
    {
        TestProbe events = CreateTestProbe();
        Sys.EventStream.Subscribe(events, typeof(RelayEvent));
        IActorRef cluster = Start();
        Assert.Equal(EventKind.NodeJoined, events.ExpectMsg<RelayEvent>().Kind); // b
        cluster.Tell(new MemberMessages.Reported("b", new NodeReport { Number = 1, RulesetHash = "other" }));
        RelayEvent? drift = null;
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            drift = events.ExpectMsg<RelayEvent>(TimeSpan.FromMilliseconds(100));
        });
        Assert.Equal((EventKind.NodeDrift, EventSeverity.Warning, "b"), (drift!.Kind, drift.Severity, drift.Values["node"]));
        Assert.Equal("Drifted", Status(cluster).Members.Single(m => m.Node == "b").Sync);
        cluster.Tell(new MemberMessages.Reported("b", new NodeReport { Number = 2, RulesetHash = DriftState.NoRules }));
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            Assert.Equal((EventKind.NodeDrift, EventSeverity.Info), (events.ExpectMsg<RelayEvent>(TimeSpan.FromMilliseconds(100)) is var e ? (e.Kind, e.Severity) : default));
        });
    }

    /// <summary>A newer node beside this one runs rules that this one cannot read: it does not know what that node should run.</summary>
    [Fact]
    public void Node_with_rules_that_cannot_be_read_here_should_not_be_judged()
    {
        TestProbe events = CreateTestProbe();
        IActorRef cluster = Start();
        Sys.EventStream.Subscribe(events, typeof(RelayEvent));
        Hear(cluster, "b", ImmutableDictionary<string, RuleValue>.Empty.Add("9", new RuleValue("""{"id":"9","tunnel":{}}""", "mcrctl")));
        CheckNotJudged(cluster, events);
        Assert.Null(Status(cluster).Members.Single(m => m.Node == "b").ExpectedHash);
    }

    /// <summary>It does not say which they are, and so not what it should run.</summary>
    [Fact]
    public void Node_that_has_refused_more_than_it_can_name_should_not_be_judged()
    {
        TestProbe events = CreateTestProbe();
        IActorRef cluster = Start();
        Sys.EventStream.Subscribe(events, typeof(RelayEvent));
        CheckNotJudged(cluster, events, new NodeReport().Refusing(Enumerable.Range(0, 101).ToDictionary(i => $"{i}", _ => "no")));
    }

    [Fact]
    public void Nobody_should_be_judged_before_the_rules_are_known()
    {
        TestProbe events = CreateTestProbe();
        IActorRef cluster = Start(relay => relay.HasStopped = true);
        Sys.EventStream.Subscribe(events, typeof(RelayEvent));
        CheckNotJudged(cluster, events);
    }

    [Fact]
    public void What_this_node_says_of_itself_should_be_told_when_it_changes_and_to_a_new_part_of_the_cluster()
    {
        IActorRef cluster = Start();
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            Assert.Equal("1.2", Replica.FishForMessage<MemberMessages.Publish>(_ => true, TimeSpan.FromMilliseconds(300)).Report.Version);
        });
        for (int i = 0; i < 5; i++)
        {
            Advance(TimeSpan.FromSeconds(1));
            Await(cluster);
        }

        Assert.DoesNotContain(Replica.ReceiveWhile<object>(m => m, TimeSpan.FromMilliseconds(100)), m => m is MemberMessages.Publish);
        Made[^1].Terminate();
        AwaitCondition(() => Begun == 1 || Begun == 2);
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromMilliseconds(100));
            Assert.Equal(2, Begun);
        });
        Replica.FishForMessage<MemberMessages.Publish>(_ => true);
    }

    /// <summary>Rules of another node come to this one.</summary>
    private void Hear(IActorRef cluster, string node, ImmutableDictionary<string, RuleValue> rules)
    {
        ClusterRules theirs = ClusterRules.Start(new SavedRules(node, $"{node}#1", 0), ImmutableDictionary<string, RuleValue>.Empty, "x", default).Next;
        theirs = theirs.LocalChanged(rules, "root", default).Next;
        foreach (int shard in rules.Keys.Select(id => new RuleKey(node, id).Shard).Distinct())
            cluster.Tell(new MemberMessages.Shard(shard, theirs.Shards[shard]));
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromMilliseconds(5));
            Assert.Equal(rules.Count, Assert.IsType<ControlResponse.ClusterRules>(Ask(cluster, new ControlRequest.ClusterRules())).Entries.Count);
        });
    }

    private void CheckNotJudged(IActorRef cluster, TestProbe events, NodeReport? report = null)
    {
        cluster.Tell(new MemberMessages.Reported("b", (report ?? new NodeReport()) with { Number = 1, RulesetHash = "other" }));
        for (int i = 0; i < 6; i++)
        {
            Advance(TimeSpan.FromSeconds(1));
            Status(cluster); // the same question was answered before
            Await(cluster);
        }

        Assert.DoesNotContain(events.ReceiveWhile<object>(m => m, TimeSpan.FromMilliseconds(100)), m => m is RelayEvent { Kind: EventKind.NodeDrift });
        Assert.Null(Status(cluster).Members.Single(m => m.Node == "b").Sync);
    }

    private void FailDoor()
    {
        Door.ExpectMsg<MemberMessages.Send>();
        Door.Reply(new Status.Failure(new InvalidOperationException("node b has not answered: it left")));
    }

    private IActorRef Start(Action<FakeRelay>? with = null)
    {
        TestProbe relay = CreateTestProbe("relay");
        var fake = new FakeRelay(relay);
        with?.Invoke(fake);
        ClusterOptions options = Options();
        IActorRef asked = relay;
        IActorRef cluster = Sys.ActorOf(Props.Create(() => new ClusterActor(options, asked, null)), "cluster");
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromMilliseconds(1)); // the first look at the rules
            Assert.Equal("searching", Status(cluster).State);
            Assert.True(relay.HasMessages);
        });
        cluster.Tell(new MemberMessages.View(
            true,
            [.. new[] { "a", "b", "c" }.Select(n => new ClusterMember(n, $"akka.tcp://mcr@{n}:4053", 1, "Up", n != "c", "1.2"))],
            ImmutableSortedDictionary<string, string>.Empty.Add("seed", "refused")));
        return cluster;
    }

    private ControlResponse Ask(IActorRef cluster, ControlRequest request)
    {
        cluster.Tell(new ClusterMessages.Handle(request, Root), TestActor);
        return FishForMessage<ControlResponse>(_ => true);
    }

    private ClusterEntry Status(IActorRef cluster) => Assert.IsType<ControlResponse.ClusterStatus>(Ask(cluster, new ControlRequest.ClusterStatus())).Entry;

    private string Success(IActorRef cluster, ControlRequest request) => Assert.IsType<ControlResponse.Success>(Ask(cluster, request)).Sentence;

    private string Problem(IActorRef cluster, ControlRequest request) => Assert.Single(Problems(cluster, request));

    private string[] Problems(IActorRef cluster, ControlRequest request) => [.. Assert.IsType<ControlResponse.Error>(Ask(cluster, request)).Problems.Select(p => p.Sentence)];

    private static ControlRequest.Add Add() => new()
    {
        RuleId = "1",
        Name = "rule 1",
        InputInterface = "in0",
        InputGroup = "239.1.1.1",
        InputPort = "5000",
        Outputs = [new OutputText { Group = "239.2.2.1", Port = "6000", Interface = "out0" }],
    };
}

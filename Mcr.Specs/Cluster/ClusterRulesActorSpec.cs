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

/// <summary>The rules of node a between its relay, the others, of which b speaks here, and the operator.</summary>
public abstract class ClusterRulesActorSpec(ITestOutputHelper output) : ClusterSpec(output)
{
    protected static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    protected static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    protected DirectoryInfo StateFiles { get; } = Directory.CreateTempSubdirectory("mcr-spec-cluster-");
    private FakeRelay? _relay;
    private TestProbe? _owner;
    private TestProbe? _asked;

    /// <summary>As b knows it.</summary>
    private ClusterRules _theirs = ClusterRules.Start(new SavedRules("b", Writers.Name("b", 1), 0) { IsNew = true }, ImmutableDictionary<string, RuleValue>.Empty, "node b", DateTimeOffset.UnixEpoch).Next;

    protected TestProbe Owner => _owner ??= OwnerProbe();

    protected TestProbe Asked => _asked ??= CreateTestProbe("relay");

    private protected FakeRelay Relay => _relay ??= new FakeRelay(Asked);

    protected override async Task AfterAllAsync()
    {
        await base.AfterAllAsync();
        StateFiles.Delete(recursive: true);
    }

    /// <summary>Of legs it is told whenever a rule changes; there are none here.</summary>
    private TestProbe OwnerProbe()
    {
        TestProbe owner = CreateTestProbe("owner");
        owner.IgnoreMessages(message => message is LegMessages.Rules);
        return owner;
    }

    private protected IActorRef Start(string? directory = null, bool awaits = true)
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

    private protected void Put(IActorRef actor, params ForwardingRule[] rules) => Put(actor, [.. rules.Select(rule => Value(rule))]);

    private protected void Put(IActorRef actor, params (string Id, RuleValue Value)[] rules) => Put(actor, [.. rules.Select(r => ("a", r.Id, r.Value))]);

    private protected void Put(IActorRef actor, params (string Node, string Id, RuleValue Value)[] rules)
    {
        foreach ((string node, string id, RuleValue value) in rules)
            (_theirs, _, _) = _theirs.Put(new RuleKey(node, id), value, "root", DateTimeOffset.UnixEpoch);
        Send(actor);
    }

    /// <summary>As the relay does it: it names all that cannot be.</summary>
    private protected static Func<RelayCommands.ChangeRules, CommandResult.Rejected?> Refusing(string id, string why) => change =>
        change.Put.Select(p => p.Rule.Id.Value).ToList().IndexOf(id) is >= 0 and int index ? new CommandResult.Rejected($"rules[{index}].outputs[0].interface", why) : null;

    /// <summary>How often the relay was asked to change something since this was asked for last.</summary>
    private protected int Asks()
    {
        int changes = 0;
        while (Asked.HasMessages)
        {
            if (Asked.ReceiveOne(TimeSpan.Zero) is RelayCommands.ChangeRules)
                changes++;
        }

        return changes;
    }

    private protected void Remove(IActorRef actor, int id)
    {
        (_theirs, _, string? refusal) = _theirs.Remove(new RuleKey("a", $"{id}"), "root", DateTimeOffset.UnixEpoch);
        Assert.Null(refusal);
        Send(actor);
    }

    /// <summary>All that b knows.</summary>
    private protected void Send(IActorRef actor)
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
    private protected void CheckSettled(IActorRef actor, params string[] rules)
    {
        AwaitAssert(() => Assert.Equal(rules, List(actor).Where(r => r.StartsWith("a ", StringComparison.Ordinal)).Select(r => r[2..])));
        Advance(Look);
        Await(actor);
        Assert.Equal(rules, List(actor).Where(r => r.StartsWith("a ", StringComparison.Ordinal)).Select(r => r[2..]));
        Assert.Equal(rules.Where(r => r.EndsWith("Running", StringComparison.Ordinal)).Select(r => r.Split(' ')[0]), Relay.Rules.Select(r => r.Rule.Id.Value));
    }

    private protected string[] List(IActorRef actor)
    {
        actor.Tell(new ClusterMessages.ListRules(ImmutableSortedDictionary<string, NodeReport>.Empty), TestActor);
        return [.. FishForMessage<ControlResponse.ClusterRules>(_ => true).Entries.Select(e => $"{e.Node} {e.RuleId} {e.State}")];
    }

    private protected ClusterMessages.Summary Summary(IActorRef actor)
    {
        actor.Tell(new ClusterMessages.Summarize(ImmutableSortedDictionary<string, NodeReport>.Empty), TestActor);
        return FishForMessage<ClusterMessages.Summary>(_ => true);
    }
}

using System.Collections.Immutable;
using Akka.Actor;
using Akka.DistributedData;
using Akka.Event;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Cluster.Member;

/// <summary>
/// <c>/user/replica</c> of the cluster's ActorSystem: what is to be known by all goes to DistributedData, and what of it comes from others goes to the owner, who alone keeps
/// anything. A write is sent to all nodes at once; who is not reached gets it by gossip.
/// </summary>
internal sealed class ReplicaActor(IActorRef owner, string node) : UntypedActor
{
    public const string Name = "replica";

    private static readonly IWriteConsistency ToAll = new WriteAll(TimeSpan.FromSeconds(1));

    private static readonly ReplicaKey<RuleShard>[] Shards = [.. Enumerable.Range(0, RuleKey.Shards).Select(i => new ReplicaKey<RuleShard>(RuleKey.NameOf(i)))];

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef _replicator = DistributedData.Get(Context.System).Replicator;
    private readonly HashSet<string> _heard = [];
    private NodeReport _report = NodeReport.None;

    protected override void PreStart()
    {
        foreach (ReplicaKey<RuleShard> key in Shards)
            _replicator.Tell(Dsl.Subscribe(key, Self));
        Listen([node]);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case MemberMessages.Replicate replicate:
                _replicator.Tell(Dsl.Update(Shards[replicate.Index], RuleShard.Empty, ToAll, known => known.Merge(replicate.Shard)));
                break;
            case MemberMessages.Recall:
                foreach (ReplicaKey<RuleShard> key in Shards)
                    _replicator.Tell(Dsl.Get(key, ReadLocal.Instance));
                break;
            case MemberMessages.Publish publish:
                _report = publish.Report;
                WriteReport();
                break;
            case MemberMessages.Erase erase:
                _replicator.Tell(Dsl.Update(new ReplicaKey<NodeReport>(ReplicaKey.Report + erase.Node), NodeReport.None, ToAll, known => known.IsForgotten ? known : new NodeReport { Number = known.Number + 1, IsForgotten = true }));
                break;
            case MemberMessages.Listen listen:
                Listen(listen.Nodes);
                break;
            case Changed { Data: RuleShard shard } changed:
                Tell(changed.Key, shard);
                break;
            case GetSuccess { Data: RuleShard shard } known:
                Tell(known.Key, shard);
                break;
            case Changed { Data: NodeReport report } changed:
                string who = changed.Key.Id[ReplicaKey.Report.Length..];
                if (who == node && _report != NodeReport.None && !report.SaysTheSameAs(_report))
                    WriteReport(); // what the others had of this node before it began anew
                owner.Tell(new MemberMessages.Reported(who, report));
                break;
            case ModifyFailure or StoreFailure:
                _log.Error("what is to be known by all could not be written: {Problem}", message);
                break;
            case UpdateSuccess or UpdateTimeout or NotFound:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Tell(IKey key, RuleShard shard) => owner.Tell(new MemberMessages.Shard(Array.FindIndex(Shards, k => k.Id == key.Id), shard));

    private void WriteReport() =>
        _replicator.Tell(Dsl.Update(new ReplicaKey<NodeReport>(ReplicaKey.Report + node), NodeReport.None, ToAll, known => known.SaysTheSameAs(_report) && known.At >= _report.At ? known : _report with { Number = known.Number + 1 }));

    private void Listen(ImmutableArray<string> nodes)
    {
        foreach (string name in nodes.Where(_heard.Add))
            _replicator.Tell(Dsl.Subscribe(new ReplicaKey<NodeReport>(ReplicaKey.Report + name), Self));
    }
}

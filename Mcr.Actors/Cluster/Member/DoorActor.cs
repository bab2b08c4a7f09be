using Akka.Actor;
using Akka.Cluster;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Cluster.Member;

/// <summary>
/// <c>/user/door</c> of the cluster's ActorSystem: requests that somebody made at one node and another is to do. Nobody waits for a node that cannot be reached any more.
/// </summary>
internal sealed class DoorActor(ControlGate gate) : UntypedActor
{
    public const string Name = "door";

    /// <summary>Longer than a gate takes to answer anything.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly Dictionary<long, (string Address, string Node, IActorRef Asker)> _open = [];
    private long _last;

    protected override void PreStart() => _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.UnreachableMember), typeof(ClusterEvent.MemberRemoved));

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        foreach ((_, string node, IActorRef asker) in _open.Values)
            asker.Tell(Failure(node, "this node's part of the cluster has ended meanwhile"));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Forward forward:
                DoAsync(forward).PipeTo(Sender, Self);
                break;
            case MemberMessages.Send send:
                long number = ++_last;
                _open.Add(number, (send.Address, send.Node, Sender));
                Context.ActorSelection($"{send.Address}/user/{Name}").Ask<Forwarded>(send.Message, Patience).PipeTo(Self, success: answer => new Answered(number, answer), failure: e => new Answered(number, e is AskTimeoutException ? new Status.Failure(new TimeoutException($"node {send.Node} did not answer within {Patience.TotalSeconds:0} s")) : Failure(send.Node, e.Message)));
                break;
            case Answered answered when _open.Remove(answered.Number, out var open):
                open.Asker.Tell(answered.Answer);
                break;
            case Answered:
                break;
            case ClusterEvent.UnreachableMember unreachable:
                GiveUp($"{unreachable.Member.Address}", "it cannot be reached any more");
                break;
            case ClusterEvent.MemberRemoved removed:
                GiveUp($"{removed.Member.Address}", "it has left the cluster");
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void GiveUp(string address, string why)
    {
        foreach ((long number, (_, string node, IActorRef asker)) in _open.Where(o => o.Value.Address == address).ToArray())
        {
            _open.Remove(number);
            asker.Tell(Failure(node, why));
        }
    }

    private async Task<Forwarded> DoAsync(Forward forward)
    {
        ControlResponse response;
        try
        {
            ControlRequest request = RequestCodec.Decode(Packed.Open(forward.Request, ControlProtocol.MaxRequestBytes));
            var peer = ControlPeer.OfNode(forward.From, forward.Who, forward.MayChange);
            response = await gate.HandleAsync(request with { Node = null }, peer, CancellationToken.None).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            response = new ControlResponse.Error(e.Message);
        }

        return new Forwarded(Packed.Of(ResponseCodec.Encode(response)));
    }

    private static Status.Failure Failure(string node, string why) => new(new InvalidOperationException($"node {node} has not answered: {why}"));

    private sealed record Answered(long Number, object Answer);
}

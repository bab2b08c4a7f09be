using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
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

    /// <summary>So that who asks hears of it.</summary>
    private static readonly TimeSpan LongestAnswer = Patience - TimeSpan.FromSeconds(1);

    private readonly ControlHandler _handler = HandlerOf(gate, Context.GetLogger());
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
            case Forward forward when NodeAt(Sender.Path.Address) is var from && from != forward.From:
                Sender.Tell(Answer(new ControlResponse.Error($"{(from is null ? "a node that is no member as far as is known here" : $"node {from}")} has passed this on as node '{forward.From}'; nothing was done. If it has just joined, try again")));
                break;
            case Forward forward:
                DoAsync(forward).PipeTo(Sender, Self);
                break;
            case MemberMessages.Send send when send.Message.Request.Length > Packed.MaxBytes:
                Sender.Tell(new Status.Failure(new InvalidOperationException($"node {send.Node} was not asked: what is asked has {send.Message.Request.Length} bytes when it is packed, and at most {Packed.MaxBytes} go to another node; ask for less at once")));
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

    /// <summary>The name of the member whose address that is; who is at an address is as good as certificates of nodes are.</summary>
    private string? NodeAt(Address address) => _cluster.State.Members.FirstOrDefault(m => m.Address.Equals(address)) is { } member ? MemberRoles.NodeOf(member.Roles) : null;

    private static ControlHandler HandlerOf(ControlGate gate, ILoggingAdapter log) => new(gate.HandleAsync, LongestAnswer, sentence => log.Warning("{Sentence}", sentence));

    /// <summary>Never fails: an exception would be sent as one, and no node takes any.</summary>
    private async Task<Forwarded> DoAsync(Forward forward)
    {
        try
        {
            ControlRequest request = RequestCodec.Decode(Packed.Open(forward.Request, ControlProtocol.MaxRequestBytes));
            var peer = ControlPeer.OfNode(forward.From, forward.Who, forward.MayChange);
            return Answer(await _handler.AnswerAsync(request with { Node = null }, peer, CancellationToken.None).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            return Answer(new ControlResponse.Error(e.Message));
        }
    }

    /// <summary>What is too large for one message would be dropped on the way, without a word to anybody.</summary>
    private static Forwarded Answer(ControlResponse response)
    {
        byte[] packed = Packed.Of(ControlHandler.Encode(response));
        return packed.Length <= Packed.MaxBytes ? new Forwarded(packed)
            : new Forwarded(Packed.Of(ResponseCodec.Encode(new ControlResponse.Error($"it has been answered, but the answer has {packed.Length} bytes when it is packed, and at most {Packed.MaxBytes} go to another node; ask for less at once, or on that node itself"))));
    }

    private static Status.Failure Failure(string node, string why) => new(new InvalidOperationException($"node {node} has not answered: {why}"));

    private sealed record Answered(long Number, object Answer);
}

using System.Collections.Immutable;
using Akka.Actor;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Legs;
using Mcr.Actors.Redundancy;

namespace Mcr.Actors.Cluster;

/// <summary>Redundant rules and legs: what this node says of them, and what it hears, goes with everything else that nodes say of themselves.</summary>
internal sealed partial class ClusterActor
{
    private readonly IActorRef _redundancy;
    private ImmutableSortedDictionary<string, RedundancyReport> _redundant = ImmutableSortedDictionary<string, RedundancyReport>.Empty;
    private ImmutableDictionary<Mcr.Native.Rules.RuleId, RedundancyEntry> _entries = ImmutableDictionary<Mcr.Native.Rules.RuleId, RedundancyEntry>.Empty;

    private readonly IActorRef _legs;
    private ImmutableArray<LegReport> _begunAndEnded = [];
    private ClockReport? _clock;
    private ImmutableArray<LegEntry> _legEntries = [];

    private void HandleRedundancy(object message)
    {
        switch (message)
        {
            case RedundancyMessages.Say say:
                _redundant = say.Rules;
                Publish(_said with { At = _options.Time.GetUtcNow(), Redundancy = _redundant });
                break;
            case RedundancyMessages.Known known:
                _entries = known.Rules;
                break;
            case LegMessages.Say say:
                (_begunAndEnded, _clock) = (say.Legs, say.Clock);
                Publish(_said with { At = _options.Time.GetUtcNow(), Legs = _begunAndEnded, Clock = _clock });
                break;
            case LegMessages.Known known:
                _legEntries = known.Legs;
                break;
            case RedundancyMessages.HandOver:
                _redundancy.Forward(message);
                break;
            default:
                break;
        }
    }

    /// <summary>What it is about is done by the node that it names.</summary>
    private void HandleRedundancy(ControlRequest request, ControlPeer peer)
    {
        string? member = request switch
        {
            ControlRequest.ClusterTakeover takeover => takeover.Member,
            ControlRequest.ClusterDrain drain => drain.Member,
            _ => null,
        };
        if (member is not null && member != _options.Node)
            Send(member, request, peer);
        else
            _redundancy.Forward(new RedundancyMessages.Handle(request, peer));
    }

    private void TellOthers()
    {
        ImmutableHashSet<string> reachable = [.. _members.Members.Where(m => m.Value.Member.IsReachable).Select(m => m.Key)];
        _redundancy.Tell(new RedundancyMessages.Others(_reports, reachable, _state.Replica is not null));
        _legs.Tell(new LegMessages.Others(_reports, reachable));
    }
}

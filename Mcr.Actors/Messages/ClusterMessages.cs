using System.Collections.Immutable;
using Mcr.Actors.Cluster;
using Mcr.Actors.Control;

namespace Mcr.Actors.Messages;

/// <summary>To and between <c>/user/cluster</c> and its children.</summary>
internal static class ClusterMessages
{
    /// <summary>A request for another node, or about the cluster; answered by a <see cref="ControlResponse"/>.</summary>
    public sealed record Handle(ControlRequest Request, ControlPeer Peer);

    /// <summary>mcrd stops: leave the others in order. Answered by <see cref="HasLeft"/>.</summary>
    public sealed record Stop;

    public sealed record HasLeft;

    /// <summary>The part of this node in the cluster, from the actor that owns it.</summary>
    /// <param name="State"><c>starting</c>, <c>running</c>, <c>waiting</c> or <c>left</c>.</param>
    /// <param name="Why">A sentence; null when it runs.</param>
    public sealed record SystemState(string State, string? Why, int Restarts, DateTimeOffset Since)
    {
        /// <summary>To others; null when it does not run.</summary>
        public Akka.Actor.IActorRef? Member { get; init; }

        public Akka.Actor.IActorRef? Replica { get; init; }

        public Akka.Actor.IActorRef? Door { get; init; }
    }

    /// <summary>To the owner of the ActorSystem: look for the others again.</summary>
    public sealed record Join;

    /// <summary>To the actor of the rules: a request that a node which cannot be reached is to do when it is back.</summary>
    public sealed record Leave(string Node, ControlRequest Request, string By);

    /// <summary>To the actor of the rules: answered by <see cref="Summary"/>.</summary>
    public sealed record Summarize(ImmutableSortedDictionary<string, NodeReport> Reports);

    /// <summary>What is known of the nodes' rules.</summary>
    /// <param name="Hashes">That each node should run, by node; null: it has rules that this version cannot read, or has refused more than it can name.</param>
    /// <param name="Pending">Rules of this node that are on their way.</param>
    public sealed record Summary(ImmutableSortedDictionary<string, string?> Hashes, int Pending, ImmutableArray<string> Conflicts)
    {
        /// <summary>The rules are not read yet.</summary>
        public static readonly Summary Unknown = new(ImmutableSortedDictionary<string, string?>.Empty, 0, []) { IsKnown = false };

        public bool IsKnown { get; private init; } = true;

        /// <summary>What the node should run; null: nobody knows here.</summary>
        public string? HashOf(string node) => IsKnown ? Hashes.GetValueOrDefault(node, DriftState.NoRules) : null;
    }

    /// <summary>To the actor of the rules: answered by a <see cref="ControlResponse.ClusterRules"/>.</summary>
    public sealed record ListRules(ImmutableSortedDictionary<string, NodeReport> Reports);

    /// <summary>To the actor of the rules: a node is gone for good. Answered by a <see cref="ControlResponse"/>.</summary>
    public sealed record Forget(string Node, string By);

    /// <summary>From the actor of the rules: rules that this node cannot have, by id.</summary>
    public sealed record Refusals(ImmutableSortedDictionary<string, string> Refused);
}

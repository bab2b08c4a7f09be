using System.Collections.Immutable;
using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Rules;

namespace Mcr.Actors.Messages;

/// <summary>Between the actors of the cluster's ActorSystem and those of the relay's, in one process.</summary>
internal static class MemberMessages
{
    /// <summary>How the cluster is, as this node sees it.</summary>
    /// <param name="IsMember">This node belongs to it.</param>
    /// <param name="Problems">Why seeds were not reached, by their address.</param>
    public sealed record View(bool IsMember, ImmutableArray<ClusterMember> Members, ImmutableSortedDictionary<string, string> Problems);

    /// <summary>The cluster's ActorSystem is to begin anew.</summary>
    public sealed record BeginAnew(string Why);

    /// <summary>Leave the others in order; then the ActorSystem ends.</summary>
    public sealed record Leave;

    /// <summary>A node that cannot be reached is not waited for any more.</summary>
    public sealed record Down(string Address);

    /// <summary>To the node at that address; answered by a <see cref="Cluster.Wire.Forwarded"/>, or a <see cref="Akka.Actor.Status.Failure"/> with a sentence.</summary>
    public sealed record Send(string Address, string Node, Cluster.Wire.Forward Message);

    /// <summary>To be known by all: merged with what they know.</summary>
    public sealed record Replicate(int Index, RuleShard Shard);

    /// <summary>Say again all that is known by others, as <see cref="Shard"/>s.</summary>
    public sealed record Recall;

    /// <summary>What is known by others.</summary>
    public sealed record Shard(int Index, RuleShard Rules);

    /// <summary>To be known by all.</summary>
    public sealed record Publish(NodeReport Report);

    /// <summary>What a node has said of itself is not to be known any more.</summary>
    public sealed record Erase(string Node);

    /// <summary>What a node has said of itself.</summary>
    public sealed record Reported(string Node, NodeReport Report);

    /// <summary>These are names of nodes: what they say of themselves is to be heard.</summary>
    public sealed record Listen(ImmutableArray<string> Nodes);
}

namespace Mcr.Actors.Cluster.Member;

/// <summary>What gossip says of a node beside its address, in roles: so it is known as soon as the node is.</summary>
internal static class MemberRoles
{
    /// <summary>Before its name.</summary>
    public const string Node = "node=";

    /// <summary>Before the version of its mcrd.</summary>
    public const string Version = "version=";
}

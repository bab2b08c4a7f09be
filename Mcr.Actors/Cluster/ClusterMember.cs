namespace Mcr.Actors.Cluster;

/// <summary>A host of the cluster, as this one sees it.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Address">Where it is dialled.</param>
/// <param name="Incarnation">Another one after each start of its part in the cluster.</param>
/// <param name="Status">As Akka has it.</param>
public sealed record ClusterMember(string Node, string Address, int Incarnation, string Status, bool IsReachable, string Version)
{
    public string Unique => $"{Address}#{Incarnation}";

    /// <summary>It belongs to the island: it is neither on its way out nor told to be gone.</summary>
    public bool Counts => Status is "Up" or "WeaklyUp" or "Joining";
}

using Akka.DistributedData;

namespace Mcr.Actors.Cluster.Member;

/// <summary>A key of DistributedData whose value is a type of ours.</summary>
internal sealed class ReplicaKey<T>(string id) : Key<T>(id)
    where T : IReplicatedData<T>;

/// <summary>What keys begin with; nodes of all versions have to agree on it.</summary>
internal static class ReplicaKey
{
    /// <summary>And the node's name.</summary>
    public const string Report = "report-";
}

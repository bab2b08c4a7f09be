using Akka.Actor;
using Akka.Cluster.Serialization;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>What members of a cluster say to each other, as Akka names it. Not routers.</summary>
internal sealed class FilterCluster(ExtendedActorSystem system)
    : FilteredSerializer(system, Id, new ClusterMessageSerializer(system), Words)
{
    public const int Id = 5;

    private static readonly string[] Words =
    [
        "HB", "HBR",
        .. new[]
        {
            "ClusterHeartbeatSender+Heartbeat", "ClusterHeartbeatSender+HeartbeatRsp", "GossipStatus", "GossipEnvelope",
            "InternalClusterAction+InitJoin", "InternalClusterAction+InitJoinAck", "InternalClusterAction+InitJoinNack", "InternalClusterAction+Join", "InternalClusterAction+Welcome", "InternalClusterAction+ExitingConfirmed",
            "ClusterUserAction+Leave", "ClusterUserAction+Down",
        }.Select(name => $"Akka.Cluster.{name}, Akka.Cluster"),
    ];
}

using System.Globalization;
using System.Text.Json;
using Akka.Configuration;
using Akka.DistributedData;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Configuration;

namespace Mcr.Actors.Cluster.Member;

/// <summary>How Akka's cluster is to be: what differs from its own defaults, and why.</summary>
internal static class ClusterConfig
{
    /// <summary>
    /// Who is gone is noticed within a second, and a node that is frozen for less is not suspected. Nobody is put out of the cluster for being out of reach: what is cut in two goes
    /// on in two, and is one again at once when the cut heals; there is nothing here that only one may do. (The strategies for split brains end nodes that live, and of two
    /// nodes often the survivor.) New nodes do not wait for such as are out of reach. A connection on which nothing comes is given up and made anew: TCP itself would try again after
    /// twice the time, and twice that, so that who was cut off for long would be found late.
    /// </summary>
    private static readonly Config Fixed = ConfigurationFactory.ParseString("""
        akka {
          actor.provider = cluster
          remote.transport-failure-detector { heartbeat-interval = 500ms, acceptable-heartbeat-pause = 3s }
          coordinated-shutdown.phases { cluster-leave.timeout = 2s, cluster-exiting.timeout = 2s }
          cluster {
            downing-provider-class = ""
            allow-weakly-up-members = on
            gossip-interval = 100ms
            leader-actions-interval = 100ms
            unreachable-nodes-reaper-interval = 100ms
            periodic-tasks-initial-delay = 100ms
            retry-unsuccessful-join-after = 500ms
            shutdown-after-unsuccessful-join-seed-nodes = off
            log-info = off
            jmx.enabled = off
            failure-detector { heartbeat-interval = 100ms, acceptable-heartbeat-pause = 500ms, expected-response-after = 100ms, min-std-deviation = 50ms, threshold = 8.0 }
            distributed-data { gossip-interval = 200ms, notify-subscribers-interval = 20ms, delta-crdt.enabled = off }
          }
        }
        """);

    /// <summary>What other nodes may send to by path: untrusted mode refuses all other selections.</summary>
    public static readonly string[] TrustedPaths =
    [
        "/system/cluster", "/system/cluster/core", "/system/cluster/core/daemon", "/system/cluster/heartbeatReceiver", "/user/ddataReplicator",
        $"/user/{MembershipActor.Name}", $"/user/{DoorActor.Name}",
    ];

    public static Config Of(ClusterSettings settings, string node, string version)
    {
        string Bind(Type type) => $"\"{type.FullName}, {type.Assembly.GetName().Name}\" = mcr";
        return ConfigurationFactory.ParseString(string.Create(CultureInfo.InvariantCulture, $$"""
            akka.cluster.roles = ["{{MemberRoles.Node}}{{JsonEncodedText.Encode(node)}}", "{{MemberRoles.Version}}{{JsonEncodedText.Encode(version)}}"]
            akka.actor {
              {{SerializerEntries.Of(("mcr", typeof(ClusterSerializer), ClusterSerializer.Id), ("akka-cluster", typeof(FilterCluster), FilterCluster.Id), ("akka-data-replication", typeof(FilterReplicator), FilterReplicator.Id))}}
              {{SerializerEntries.Of(("akka-replicated-data", typeof(RefuseReplicated), RefuseReplicated.Id), ("reliable-delivery", typeof(RefuseDelivery), RefuseDelivery.Id))}}
            }
            akka.actor.serialization-bindings { {{Bind(typeof(IClusterMessage))}}, {{Bind(typeof(NodeReport))}}, {{Bind(typeof(RuleShard))}} }
            """)).WithFallback(Fixed).WithFallback(DistributedData.DefaultConfig());
    }
}

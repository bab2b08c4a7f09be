using Akka.Actor;
using Akka.Configuration;
using Mcr.Actors.Cluster.Member;
using Mcr.Actors.Configuration;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Cluster;

/// <summary>What <c>/user/cluster</c> needs to know.</summary>
/// <param name="Node">This one's name.</param>
/// <param name="Version">Of mcrd.</param>
internal sealed record ClusterOptions(ClusterSettings Settings, string Node, string Version, ControlGate Gate, TimeProvider Time)
{
    /// <summary>Makes the ActorSystem and the actors in it; takes some 200 ms, on a thread of its own.</summary>
    /// <param name="owner">Hears of members and of what they say.</param>
    /// <param name="maker">Is asked to begin anew.</param>
    public ClusterParts Create(ActorSystem relay, IActorRef owner, IActorRef maker)
    {
        Config config = ClusterConfig.Of(Settings, Node, Version);
        ActorSystem system = SystemBeside.Create(relay, Settings.Name, config);
        return new ClusterParts(
            system,
            system.ActorOf(Props.Create(() => new MembershipActor(owner, maker, Settings.Seeds, Probe, Time)), MembershipActor.Name),
            system.ActorOf(Props.Create(() => new ReplicaActor(owner, Node)), ReplicaActor.Name),
            system.ActorOf(Props.Create(() => new DoorActor(Gate)), DoorActor.Name));
    }

    private static Task<string?> Probe(HostPort place) => Task.FromResult<string?>(null);
}

/// <param name="Member">Finds the others.</param>
/// <param name="Replica">Knows what all know.</param>
/// <param name="Door">Asks other nodes.</param>
internal sealed record ClusterParts(ActorSystem System, IActorRef Member, IActorRef Replica, IActorRef Door);

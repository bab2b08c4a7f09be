using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Mcr.Actors.Beside;
using Mcr.Actors.Cluster.Member;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Configuration;
using Mcr.Actors.Legs;
using Mcr.Actors.Relay;
using Mcr.Actors.State;

namespace Mcr.Actors.Cluster;

/// <summary>What <c>/user/cluster</c> needs to know.</summary>
/// <param name="Node">This one's name.</param>
/// <param name="Version">Of mcrd.</param>
internal sealed record ClusterOptions(ClusterSettings Settings, TlsSettings Tls, string Node, string Version, ControlGate Gate, TimeProvider Time)
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(1);

    /// <summary>Nothing is encrypted, and nobody has to prove who he is.</summary>
    public bool IsPlain => Settings.Insecure || Tls.IsOff;

    /// <summary>The certificate files that were used before: better than such as have problems.</summary>
    public CertificateFiles? LastGood { get; init; }

    /// <summary>null: nothing is kept.</summary>
    public StateDirectory? Directory { get; init; }

    /// <summary>Outlives the ActorSystem.</summary>
    public MovesMemory Moves { get; } = new();

    /// <summary>Outlives the actor of legs.</summary>
    public LegsMemory Legs { get; } = new();

    /// <summary>
    /// Makes the ActorSystem and the actors in it; takes some 200 ms, on a thread of its own. From the relay's ActorSystem, who hears of members and of what they say, and who is
    /// asked to begin anew. Throws when it cannot listen, or its certificates cannot be used; the innermost message is a sentence.
    /// </summary>
    public Func<ClusterOptions, ActorSystem, IActorRef, IActorRef, ClusterParts> Create { get; init; } = (options, relay, owner, maker) => options.Make(relay, owner, maker);

    private ClusterParts Make(ActorSystem relay, IActorRef owner, IActorRef maker)
    {
        ILoggingAdapter log = Logging.GetLogger(relay, typeof(ClusterSystemActor));
        BesideFiles? read = IsPlain ? null : BesideFiles.Read(Tls, LastGood, Time.GetUtcNow());
        CertificateFiles? files = read?.Used;
        CertificatePolicy? policy = files is null ? null : CertificatePolicy.ForNodes(files, Settings.Allow);
        PeerTls? tls = files is null ? null : new PeerTls(files, policy!, (peer, why) => log.Warning("somebody at {Peer} is refused as a node: {Why}", peer, why), Time);
        RemoteParts parts = RemoteConfig.Of(Settings.Listen, Settings.Advertise, tls, ClusterConfig.TrustedPaths);
        Config config = ClusterConfig.Of(Settings, Node, Version).WithFallback(parts.Config);
        Func<HostPort, Task<string?>> probe = async place => (await TlsProbe.AskAsync(place, files, policy, ProbeLimit, Time).ConfigureAwait(false)).Problem;
        ActorSystem system = SystemBeside.Create(relay, Settings.Name, config, [.. parts.Setups]);
        return new ClusterParts(
            system,
            system.ActorOf(Props.Create(() => new MembershipActor(owner, maker, Settings.Seeds, probe, Moves, Time)), MembershipActor.Name),
            system.ActorOf(Props.Create(() => new ReplicaActor(owner, Node)), ReplicaActor.Name),
            system.ActorOf(Props.Create(() => new DoorActor(Gate)), DoorActor.Name),
            files)
        { FilesProblems = read?.Problems ?? "" };
    }
}

/// <param name="Member">Finds the others.</param>
/// <param name="Replica">Knows what all know.</param>
/// <param name="Door">Asks other nodes.</param>
/// <param name="Files">What this node shows; null: nothing.</param>
internal sealed record ClusterParts(ActorSystem System, IActorRef Member, IActorRef Replica, IActorRef Door, CertificateFiles? Files) : BesideParts(System, Files);

using Akka;
using Akka.Actor;
using Akka.Hosting;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Configuration;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Actors.State;

namespace Mcr.Actors.Cluster;

/// <summary>Makes a relay one of several.</summary>
public static class ClusterHosting
{
    private static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(3);

    /// <summary>Starts <c>/user/cluster</c> beside the relay, and leaves the others in order before the relay stops: nobody asks it for anything then.</summary>
    /// <param name="state">null: what others are to do when they are back is not kept over a restart.</param>
    public static AkkaConfigurationBuilder WithCluster(this AkkaConfigurationBuilder builder, McrSettings settings, string version, ControlGate gate, RuleLedger ledger, StateDirectory? state) =>
        builder.WithActors((system, registry) =>
        {
            IActorRef relay = registry.Get<RelaySupervisor>();
            var options = new ClusterOptions(settings.Cluster, settings.Tls, settings.NodeName, version, gate, TimeProvider.System);
            ClusterRulesFile? file = state is null ? null : new ClusterRulesFile(state) { HasLostRules = ledger.WasLost };
            IActorRef cluster = system.ActorOf(Props.Create(() => new ClusterActor(options, relay, file)), "cluster");
            CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceUnbind, "leave-cluster", async () =>
            {
                await cluster.Ask<ClusterMessages.HasLeft>(new ClusterMessages.Stop(), LongestLeave);
                return Done.Instance;
            });
        });
}

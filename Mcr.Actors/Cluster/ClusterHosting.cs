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

    /// <summary>Longer than redundant rules are waited for.</summary>
    private static readonly TimeSpan LongestHandOver = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Starts <c>/user/cluster</c> beside the relay. Before the relay stops, it hands over its redundant rules, and leaves the others in order: nobody asks it for anything then.
    /// </summary>
    /// <param name="state">null: what others are to do when they are back is not kept over a restart.</param>
    /// <param name="isHeld">The workers go on without mcrd.</param>
    public static AkkaConfigurationBuilder WithCluster(this AkkaConfigurationBuilder builder, McrSettings settings, string version, ControlGate gate, RuleLedger ledger, StateDirectory? state, Func<bool> isHeld) =>
        builder.WithActors((system, registry) =>
        {
            IActorRef relay = registry.Get<RelaySupervisor>();
            var options = new ClusterOptions(settings.Cluster, settings.Tls, settings.NodeName, version, gate, TimeProvider.System) { Directory = state };
            ClusterRulesFile? file = state is null ? null : new ClusterRulesFile(state) { HasLostRules = ledger.WasLost };
            IActorRef cluster = system.ActorOf(Props.Create(() => new ClusterActor(options, relay, file)), "cluster");
            CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceUnbind, "leave-cluster", async () =>
            {
                if (!isHeld())
                    await cluster.Ask<RedundancyMessages.HandedOver>(new RedundancyMessages.HandOver(), LongestHandOver);
                await cluster.Ask<ClusterMessages.HasLeft>(new ClusterMessages.Stop(), LongestLeave);
                return Done.Instance;
            });
        });
}

using System.Diagnostics.Metrics;
using Akka;
using Akka.Actor;
using Akka.Hosting;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.State;

namespace Mcr.Actors.Relay;

/// <summary>Puts the relay into an Akka.Hosting application.</summary>
public static class RelayHosting
{
    /// <summary>Longer than a worker may take to stop and to be killed.</summary>
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Starts <c>/user/relay</c> with the system, and stops it in order before the system ends. Get its reference with
    /// <c>IRequiredActor&lt;RelaySupervisor&gt;</c>.
    /// </summary>
    /// <remarks>What it counts is a meter of the application's <see cref="IMeterFactory"/>, which every host has.</remarks>
    /// <param name="gate">Where requests of a control socket come from; null for a relay without one.</param>
    /// <param name="isHeld">Whether workers are to be left running when the system ends.</param>
    public static AkkaConfigurationBuilder WithRelay(this AkkaConfigurationBuilder builder, IRelayPlatform platform, RelayOptions options, RuleLedger ledger, ControlGate? gate = null, Func<bool>? isHeld = null) =>
        builder.WithActors((system, registry, resolver) =>
        {
            RelayOptions counted = options with { Metrics = new EventMetrics(resolver.GetService<IMeterFactory>()) };
            IActorRef relay = system.ActorOf(Props.Create(() => new RelaySupervisor(platform, counted, ledger, TimeProvider.System, gate)), "relay");
            registry.Register<RelaySupervisor>(relay);
            CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceStop, "stop-relay", async () =>
            {
                await relay.Ask<CommandResult>(new RelayCommands.Stop(Hold: isHeld?.Invoke() ?? false), options.WorkerStopTimeout + StopMargin);
                return Done.Instance;
            });
        });
}

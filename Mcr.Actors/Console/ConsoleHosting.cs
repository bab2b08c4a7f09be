using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Mcr.Actors.Configuration;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Console;

/// <summary>Lets mcrctl connect from other hosts.</summary>
public static class ConsoleHosting
{
    /// <summary>Starts <c>/user/console</c> beside the relay.</summary>
    /// <param name="running">The settings in effect.</param>
    /// <param name="version">Of mcrd.</param>
    public static AkkaConfigurationBuilder WithConsole(this AkkaConfigurationBuilder builder, RunningConfiguration running, string version, ControlGate gate) =>
        builder.WithActors((system, _) =>
        {
            ILoggingAdapter log = Logging.GetLogger(system, typeof(ConsolePortActor));
            var port = new ConsolePort(running, version, gate, sentence => log.Warning("{Sentence}", sentence), TimeProvider.System);
            system.ActorOf(Props.Create(() => new ConsolePortActor(port)), ConsoleActor.Name);
        });
}

using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Hosting.Logging;
using Mcr.Actors.Workers;

namespace Mcr.Actors.Beside;

/// <summary>
/// An ActorSystem beside that of the relay, in one process with it: it may end at any time, by itself or by a fault, and the relay's does not notice. What it logs goes where
/// the relay's goes.
/// </summary>
internal static class SystemBeside
{
    /// <summary>It is made anew however often it ends.</summary>
    public static readonly RestartLimit NoLimit = new(int.MaxValue, TimeSpan.FromMinutes(1));

    private static readonly string[] Inherited = ["akka.loggers", "akka.loglevel", "akka.stdout-logger-class", "akka.log-dead-letters", "akka.scheduler.tick-duration"];

    /// <summary>Why it could not be made: Akka wraps it up.</summary>
    public static string Innermost(Exception e) => e is AggregateException { InnerException: { } inner } ? Innermost(inner) : e.InnerException is { } cause ? Innermost(cause) : e.Message;

    /// <exception cref="Exception">it cannot be, mostly since it cannot listen where it should.</exception>
    public static ActorSystem Create(ActorSystem relay, string name, Config config, params Setup[] setups)
    {
        Config own = Inherited.Where(relay.Settings.Config.HasPath).Aggregate(config, (all, path) => all.WithFallback(ConfigurationFactory.ParseString($"{path} = {relay.Settings.Config.GetValue(path)}")));
        var all = ActorSystemSetup.Create([BootstrapSetup.Create().WithConfig(own), .. setups]);
        if (relay.Settings.Setup.Get<LoggerFactorySetup>() is { HasValue: true } loggers)
            all = all.And(loggers.Value);
        return ActorSystem.Create(name, all);
    }
}

using System.Globalization;
using Akka.Configuration;

namespace Mcr.Actors.Console;

/// <summary>What both ends of a console's conversation add to the configuration of Akka.Remote.</summary>
internal static class ConsoleConfig
{
    public static readonly Config Serialization = ConfigurationFactory.ParseString(string.Create(CultureInfo.InvariantCulture, $$"""
        akka.actor {
          serializers.console = "{{Name<ConsoleSerializer>()}}"
          serialization-identifiers { "{{Name<ConsoleSerializer>()}}" = {{ConsoleSerializer.Id}} }
          serialization-bindings { "{{Name<ConsoleMessage>()}}" = console }
        }
        """));

    /// <summary>mcrctl runs for a moment, and what it says is no log: its one line of stderr says what happened.</summary>
    public static readonly Config Client = ConfigurationFactory.ParseString("""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          loggers = []
          remote.dot-netty.tcp.client-socket-worker-pool { pool-size-min = 1, pool-size-max = 1 }
          remote.dot-netty.tcp.server-socket-worker-pool { pool-size-min = 1, pool-size-max = 1 }
        }
        """);

    private static string Name<T>() => $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";
}

using Akka.Event;

namespace Mcr.Host.Mcrd.Logging;

/// <summary>
/// Where Akka logs before its loggers have started and after they have stopped (<c>akka.stdout-logger-class</c>): errors go to stderr like all
/// our lines, and what else it says of its own coming and going goes nowhere.
/// </summary>
internal sealed class LastResortLogger : MinimalLogger
{
    protected override void Log(object message)
    {
        if (message is Error error)
            Console.Error.WriteLine($"mcrd: {error.LogClass.Name}: {error.Message} {error.Cause}");
    }
}

using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Akka.Hosting.Logging;
using Microsoft.Extensions.Logging;
using AkkaLevel = Akka.Event.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace Mcr.Host.Mcrd.Logging;

/// <summary>
/// What actors log, handed to the host's loggers with the actor's type as category and the message's named values, which Akka.Hosting's
/// own logger flattens into one text.
/// </summary>
internal sealed class ActorLogger : ActorBase, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private readonly ConcurrentDictionary<Type, ILogger> _loggers = new();
    private ILoggerFactory? _factory;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case LogEvent log:
                Write(log);
                return true;
            case InitializeLogger:
                _factory = Context.System.Settings.Setup.Get<LoggerFactorySetup>().Value.LoggerFactory;
                Sender.Tell(new LoggerInitialized());
                return true;
            default:
                return false;
        }
    }

    private void Write(LogEvent log)
    {
        ILogger logger = _loggers.GetOrAdd(log.LogClass, type => _factory!.CreateLogger(type));
        Level level = LevelOf(log);
        if (!logger.IsEnabled(level))
            return;
        KeyValuePair<string, object?>[] values = log.Message is LogMessage message
            ? [.. message.GetProperties().Select(p => KeyValuePair.Create(p.Key, (object?)p.Value)), KeyValuePair.Create(StderrLog.OriginalFormat, (object?)message.Format)]
            : [];
        logger.Log(level, default, values, log.Cause, (_, _) => Text(log));
    }

    internal static Level LevelOf(LogEvent log) =>
        IsOwnLoss(log.Cause) ? Level.Error
        : IsRemoting(log.LogClass) || IsRemoting(log.Cause?.GetType()) ? Level.Debug
        : log.LogLevel() switch
        {
            AkkaLevel.DebugLevel => Level.Debug,
            AkkaLevel.InfoLevel => Level.Information,
            AkkaLevel.WarningLevel => Level.Warning,
            _ => Level.Error,
        };

    /// <summary>Something of ours was too large to be sent, and nobody else hears of it. (Akka keeps the type to itself.)</summary>
    private static bool IsOwnLoss(Exception? cause) => cause?.GetType().FullName == "Akka.Remote.OversizedPayloadException";

    /// <summary>Whoever can connect makes Akka.Remote write errors, with all that he has sent. What an operator is to know of it, the actors of cluster and console say.</summary>
    private static bool IsRemoting(Type? type) => type?.Namespace?.StartsWith("Akka.Remote", StringComparison.Ordinal) ?? false;

    private static string Text(LogEvent log)
    {
        try
        {
            return log.Message?.ToString() ?? "";
        }
        catch (FormatException e)
        {
            return $"a log message of {log.LogClass.Name} cannot be formatted: {e.Message}";
        }
    }
}

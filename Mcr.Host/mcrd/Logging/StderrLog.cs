using Mcr.Native.Logging;
using Microsoft.Extensions.Logging;

namespace Mcr.Host.Mcrd.Logging;

/// <summary>
/// mcrd's log: messages that their facility's level lets pass, one line each, to stderr at once. Any thread may log; lines
/// never mix.
/// </summary>
internal sealed class StderrLog(LogControl control, LogFormat format, TextWriter output, TimeProvider time) : ILoggerProvider
{
    public const string OriginalFormat = "{OriginalFormat}"; // Microsoft.Extensions.Logging's name for the template itself

    private readonly LogControl _control = control;
    private readonly TimeProvider _time = time;
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName, LogCategories.Of(categoryName));

    public void Dispose()
    {
    }

    private void Write(LogLine line)
    {
        lock (_lock)
        {
            output.WriteLine(format.Format(line));
            output.Flush();
        }
    }

    public static LogLevel LevelOf(LogVerbosity level) => level switch
    {
        LogVerbosity.Debug => LogLevel.Debug,
        LogVerbosity.Info => LogLevel.Information,
        LogVerbosity.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    private static LogVerbosity Verbosity(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => LogVerbosity.Debug,
        LogLevel.Information => LogVerbosity.Info,
        LogLevel.Warning => LogVerbosity.Warning,
        _ => LogVerbosity.Error,
    };

    private sealed class Logger(StderrLog owner, string category, LogFacility facility) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && owner._control.Levels.Pass(facility, Verbosity(logLevel));

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            string text = formatter(state, exception);
            owner.Write(new LogLine(
                owner._time.GetUtcNow(),
                facility,
                Verbosity(logLevel),
                category,
                values.LastOrDefault(v => v.Key == OriginalFormat).Value as string ?? text,
                text,
                exception?.ToString(),
                [.. values.Where(v => v.Key != OriginalFormat)]));
        }
    }
}

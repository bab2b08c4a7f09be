using Mcr.Native.Logging;
using Microsoft.Extensions.Logging;

namespace Mcr.Host.Mcrd.Logging;

/// <summary>
/// mcrd's log: messages that their facility's level lets pass, and that are not repeated too often, one line each, to stderr at once. Any thread
/// may log; lines never mix.
/// </summary>
internal sealed class StderrLog : ILoggerProvider
{
    public const string OriginalFormat = "{OriginalFormat}"; // Microsoft.Extensions.Logging's name for the template itself

    private readonly LogControl _control;
    private readonly LogFormat _format;
    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly ITimer _timer;
    private readonly Lock _lock = new(); // holds what follows together
    private RepeatFilter _repeats;
    private bool _isTimed;

    public StderrLog(LogControl control, LogFormat format, RepeatFilter repeats, TextWriter output, TimeProvider time)
    {
        _control = control;
        _format = format;
        _repeats = repeats;
        _output = output;
        _time = time;
        _began = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName, LogCategories.Of(categoryName));

    public static LogLevel LevelOf(LogVerbosity level) => level switch
    {
        LogVerbosity.Debug => LogLevel.Debug,
        LogVerbosity.Info => LogLevel.Information,
        LogVerbosity.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    /// <summary>Says how often what was held back was repeated.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            Print(_repeats.End(Now));
            _repeats = new RepeatFilter(0, _repeats.Period);
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_began);

    private void Write(LogLine line)
    {
        lock (_lock)
        {
            (_repeats, bool isLogged, var before) = _repeats.Take(line, Now);
            Print(isLogged ? [.. before, line] : before);
            if (!isLogged && !_isTimed)
                SetTimer();
        }
    }

    private void Look()
    {
        lock (_lock)
        {
            (_repeats, var lines) = _repeats.Look(Now);
            Print(lines);
            SetTimer();
        }
    }

    /// <summary>Only while something is held back: nobody is woken for messages that came once.</summary>
    private void SetTimer()
    {
        _isTimed = _repeats.HoldsBack;
        if (_isTimed && _repeats.NextLook is { } next)
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((next - Now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    private void Print(IReadOnlyList<LogLine> lines)
    {
        foreach (LogLine line in lines)
            _output.WriteLine(_format.Format(line));
        if (lines.Count > 0)
            _output.Flush();
    }

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

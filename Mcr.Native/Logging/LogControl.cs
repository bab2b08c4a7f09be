namespace Mcr.Native.Logging;

/// <summary>
/// The levels in force, which may change at any time, and who else is to know of it. Reading costs one volatile read. Thread-safe.
/// </summary>
public sealed class LogControl(LogLevels levels)
{
    private readonly Lock _lock = new();
    private readonly List<Following> _following = [];
    private volatile LogLevels _levels = levels;

    public LogLevels Levels => _levels;

    /// <summary>From now on these; all who follow are told before this returns.</summary>
    public void Set(LogLevels levels)
    {
        lock (_lock)
        {
            _levels = levels;
            foreach (Following each in _following)
                each.Tell(levels);
        }
    }

    /// <summary>Tells at once what the levels are, and again whenever they change, until what is returned is disposed of.</summary>
    /// <param name="tell">Must not wait for anything; called one at a time.</param>
    public IDisposable Follow(Action<LogLevels> tell)
    {
        var following = new Following(this, tell);
        lock (_lock)
        {
            tell(_levels);
            _following.Add(following);
        }

        return following;
    }

    private sealed class Following(LogControl control, Action<LogLevels> tell) : IDisposable
    {
        public Action<LogLevels> Tell => tell;

        public void Dispose()
        {
            lock (control._lock)
                control._following.Remove(this);
        }
    }
}

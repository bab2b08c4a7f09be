using System.Collections.Concurrent;
using Mcr.Actors.Control;

namespace Mcr.Actors.Audit;

/// <summary>
/// Who changed what: each entry becomes a line of the log and one of <see cref="AuditFile"/>. A thread of its own writes, so that a slow disk
/// delays nobody; what comes while it is far behind is counted and said. Thread-safe.
/// </summary>
public sealed class AuditLog : IDisposable
{
    private const int MostWaiting = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<Item> _waiting = new(MostWaiting);
    private readonly AuditFile? _file;
    private readonly Action<string> _log;
    private readonly Action<string> _warn;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private string? _problem;
    private int _missed;

    /// <param name="directory">Where the file is; null: there is none, and the log has all there is.</param>
    /// <param name="log">Takes each entry as a sentence.</param>
    /// <param name="warn">Takes what is wrong with the file.</param>
    public AuditLog(string? directory, Action<string> log, Action<string> warn, TimeProvider time)
    {
        _file = directory is null ? null : new AuditFile(directory);
        _log = log;
        _warn = warn;
        _time = time;
        _thread = new Thread(Run) { IsBackground = true, Name = "audit" };
        _thread.Start();
    }

    /// <summary>Whether there is a file.</summary>
    internal bool IsKept => _file is not null;

    internal DateTimeOffset Now => _time.GetUtcNow();

    internal void Write(AuditEntry entry)
    {
        if (!TryAdd(new Item(entry, null)))
            Interlocked.Increment(ref _missed);
    }

    /// <summary>After all that was written before; the oldest first.</summary>
    internal async Task<IReadOnlyList<AuditEntry>> LastAsync(int count)
    {
        if (_file is null)
            return [];
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (TryAdd(new Item(null, written)))
            await Task.WhenAny(written.Task, Task.Delay(Patience, _time)).ConfigureAwait(false);
        return await Task.Run(() => _file.Last(count)).ConfigureAwait(false);
    }

    /// <summary>Writes what waits, unless that takes long.</summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        if (_thread.Join(Patience))
            _waiting.Dispose();
    }

    private bool TryAdd(Item item)
    {
        try
        {
            return _waiting.TryAdd(item);
        }
        catch (InvalidOperationException)
        {
            return false; // mcrd ends
        }
    }

    private void Run()
    {
        foreach (Item item in _waiting.GetConsumingEnumerable())
        {
            if (item.Entry is { } entry)
            {
                _log(entry.ToString());
                Tell(_file?.Append(entry));
            }

            item.Written?.TrySetResult();
            if (Interlocked.Exchange(ref _missed, 0) is > 0 and var missed)
                _warn($"{missed} changes are not in the audit log: they came faster than it could be written");
        }
    }

    /// <summary>Once when it begins to fail, and once when that is over.</summary>
    private void Tell(string? problem)
    {
        if (problem is not null && _problem is null)
            _warn($"the audit log {_file!.Path} cannot be written: {problem}; what is changed is in this log only");
        else if (problem is null && _problem is not null)
            _warn($"the audit log {_file!.Path} is written again");
        _problem = problem;
    }

    private sealed record Item(AuditEntry? Entry, TaskCompletionSource? Written);
}

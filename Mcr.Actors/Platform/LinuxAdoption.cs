using Mcr.Native.Interop;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>The adopted workers of one port: who has not been started yet, who runs, and what they have kept. Workers' actors and their interface's use it. Thread-safe.</summary>
internal sealed class LinuxAdoption : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Inheritance _inherited;
    private readonly Dictionary<int, AdoptedWorker> _waiting = [];
    private readonly HashSet<int> _running = [];
    private bool _isDropped;
    private bool _isHeld;

    /// <param name="wanted">What a worker would be started with.</param>
    public LinuxAdoption(Inheritance inherited, WorkerOptions wanted)
    {
        _inherited = inherited;
        for (int number = 0; number < inherited.Workers.Count; number++)
            _waiting.Add(number, inherited.Workers[number]);
        if (inherited.Workers.Any(w => w.Handover.Options with { Ring = default, Core = WorkerOptions.AnyCore } != wanted with { Ring = default }))
            Note = $"{inherited.Workers[0].Handover.Place.Interface}: its adopted workers run with the settings that they were started with; new ones take effect when they are started again";
    }

    public AdoptedPort Description => _inherited.Description;

    /// <summary>For the log; null for none.</summary>
    public string? Note { get; }

    /// <returns>The adopted worker of that number, once; null when there is none (any more): a new one is to be started.</returns>
    /// <exception cref="LinuxException">it has ended meanwhile, or cannot be gone on with and was ended.</exception>
    public LinuxWorker? TryStart(int number, string runtimeDirectory, Func<int, TaggedSocket> socket, WorkerLogging logging, Action<WorkerEvent> onEvent)
    {
        lock (_lock)
        {
            _running.Remove(number);
            if (!_waiting.Remove(number, out AdoptedWorker? waiting))
                return null;
            var worker = LinuxWorker.Adopt(waiting, runtimeDirectory, socket, logging, onEvent);
            _running.Add(number);
            return worker;
        }
    }

    public AdoptedRun? Running(int number)
    {
        lock (_lock)
            return _running.Contains(number) ? Description.Workers[number] : null;
    }

    public FileDescriptor? TakeClaim(Membership membership)
    {
        lock (_lock)
            return _inherited.Claims.Remove(membership, out FileDescriptor? claim) ? claim : null;
    }

    /// <returns>What the workers keep from before, to be told once; null after that.</returns>
    public IReadOnlyList<int>? Drop()
    {
        lock (_lock)
        {
            if (_isDropped)
                return null;
            _isDropped = true;
            _inherited.Dispose();
            return _inherited.KeptIds;
        }
    }

    /// <summary>Who has not been started yet goes on as an orphan when this is disposed.</summary>
    public void Hold()
    {
        lock (_lock)
            _isHeld = true;
    }

    /// <summary>Ends who has not been started yet: whoever opens the interface again starts workers of his own.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (AdoptedWorker worker in _waiting.Values)
            {
                if (!_isHeld)
                    AdoptionSocket.Kill(worker.Channel, Orphans.Patience);
                worker.Channel.Dispose();
            }

            _waiting.Clear();
            _inherited.Dispose();
        }
    }
}

using Mcr.Native.Interop;

namespace Mcr.Native.Worker;

/// <summary>
/// What a worker says of itself in the head of its slot, for whoever watches it: a mapping of its own, read-only, which lives as long as the process is
/// watched, whatever becomes of the slot's.
/// </summary>
public sealed unsafe class WorkerPulse : IDisposable
{
    private const nuint Length = SlotLayout.RulesOffset * sizeof(long);

    private readonly long* _words;
    private bool _isDisposed;

    /// <exception cref="LinuxException">it cannot be mapped.</exception>
    public WorkerPulse(FileDescriptor slot)
    {
        void* address = Libc.mmap(null, Length, Libc.PROT_READ, Libc.MAP_SHARED, slot.Raw, 0);
        if ((nint)address == -1)
            SysResult.From(-1).OrThrow("map the head of the worker slot");
        _words = (long*)address;
    }

    /// <summary>Grows with every turn of the loop, at least five times a second once it runs.</summary>
    public long Heartbeat => Volatile.Read(ref _words[SlotLayout.HeartbeatWord]);

    public ulong RulesetHash => (ulong)Volatile.Read(ref _words[SlotLayout.RulesetHashWord]);

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _ = Libc.munmap(_words, Length);
    }
}

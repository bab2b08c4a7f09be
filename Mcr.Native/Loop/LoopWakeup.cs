using System.Runtime.InteropServices;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;

namespace Mcr.Native.Loop;

/// <summary>
/// How the loop sleeps and how it and the control thread wake each other: poll(2) over the ingress and feed sockets and one eventfd in, another
/// eventfd out. No lock on either side.
/// </summary>
internal sealed unsafe class LoopWakeup : IDisposable
{
    /// <summary>Feed sockets at most, one a device: there is room for them from the beginning.</summary>
    public const int MostFeeds = 1024;

    private readonly FileDescriptor _wake = Event();
    private readonly FileDescriptor _adopted = Event();
    private readonly Libc.pollfd* _polled;
    private readonly int _own; // of those that are polled, what is not a feed
    private int _count;

    public LoopWakeup(IReadOnlyList<IFrameSource> sources)
    {
        _count = _own = sources.Count + 1;
        _polled = (Libc.pollfd*)NativeMemory.AllocZeroed((nuint)(_own + MostFeeds), (nuint)sizeof(Libc.pollfd));
        _polled[0] = new Libc.pollfd { fd = _wake.Raw, events = Libc.POLLIN };
        for (int i = 0; i < sources.Count; i++)
            _polled[i + 1] = new Libc.pollfd { fd = sources[i].Descriptor, events = Libc.POLLIN };
    }

    /// <summary>Loop thread, once: <see cref="Rest"/> lasts as long as it is told to, not 50 µs longer (the default timer slack).</summary>
    public static void MakePrecise() => _ = Libc.prctl(Libc.PR_SET_TIMERSLACK, 1, 0, 0, 0);

    /// <summary>Loop thread: with these feeds, in place of those before, from now on.</summary>
    public void Use(Feed[] feeds)
    {
        for (int i = 0; i < feeds.Length; i++)
            _polled[_own + i] = new Libc.pollfd { fd = feeds[i].Inlet.Source.Descriptor, events = Libc.POLLIN };
        _count = _own + feeds.Length;
    }

    /// <summary>Loop thread: until a frame arrives, somebody wakes us, or the time is over.</summary>
    public void Sleep(int milliseconds)
    {
        _ = Libc.poll(_polled, (ulong)_count, milliseconds);
        if ((_polled[0].revents & Libc.POLLIN) != 0)
            Clear(_wake);
        for (int i = 1; i < _count; i++)
        {
            if ((_polled[i].revents & Libc.POLLERR) != 0)
                TakeError(_polled[i].fd);
        }
    }

    /// <summary>Loop thread: whatever arrives, until somebody wakes us, or the time is over.</summary>
    public void SleepUntilWoken(int milliseconds)
    {
        if (Libc.poll(_polled, 1, milliseconds) > 0)
            Clear(_wake);
    }

    /// <summary>Loop thread: lets frames gather. Nobody is answered meanwhile, so it is short.</summary>
    public static void Rest(int microseconds)
    {
        var duration = new Libc.timespec { tv_nsec = microseconds * 1000 };
        _ = Libc.nanosleep(&duration, null);
    }

    public void Wake() => Signal(_wake);

    /// <summary>Loop thread: the published table is in use, or an order obeyed.</summary>
    public void ConfirmAdoption() => Signal(_adopted);

    /// <summary>Control thread: waits for the next confirmation, or until the time is over. What it was for is in the slot, or in <see cref="LoopOrders"/>.</summary>
    public void WaitForAdoption(int milliseconds)
    {
        var polled = new Libc.pollfd { fd = _adopted.Raw, events = Libc.POLLIN };
        if (Libc.poll(&polled, 1, milliseconds) > 0)
            Clear(_adopted);
    }

    public void Dispose()
    {
        _wake.Dispose();
        _adopted.Dispose();
        NativeMemory.Free(_polled);
    }

    /// <summary>ENETDOWN: the device was switched off. Until it is read, poll returns at once; with a ring nothing else reads it.</summary>
    private static void TakeError(int socket)
    {
        int error;
        int length = sizeof(int);
        _ = Libc.getsockopt(socket, Libc.SOL_SOCKET, Libc.SO_ERROR, &error, &length);
    }

    private static FileDescriptor Event() => new(SysResult.From(Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK)).OrThrow("eventfd"));

    private static void Signal(FileDescriptor descriptor)
    {
        ulong one = 1;
        _ = Libc.write(descriptor.Raw, &one, sizeof(ulong));
    }

    private static void Clear(FileDescriptor descriptor)
    {
        ulong value;
        _ = Libc.read(descriptor.Raw, &value, sizeof(ulong));
    }
}

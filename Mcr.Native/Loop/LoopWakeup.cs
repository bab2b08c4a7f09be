using System.Runtime.InteropServices;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;

namespace Mcr.Native.Loop;

/// <summary>
/// How the loop sleeps and how it and the control thread wake each other: poll(2) over the ingress sockets and one eventfd in, another
/// eventfd out. No lock on either side.
/// </summary>
internal sealed unsafe class LoopWakeup : IDisposable
{
    private readonly FileDescriptor _wake = Event();
    private readonly FileDescriptor _adopted = Event();
    private readonly Libc.pollfd* _polled;
    private readonly int _count;

    public LoopWakeup(IReadOnlyList<IFrameSource> sources)
    {
        _count = sources.Count + 1;
        _polled = (Libc.pollfd*)NativeMemory.AllocZeroed((nuint)_count, (nuint)sizeof(Libc.pollfd));
        _polled[0] = new Libc.pollfd { fd = _wake.Raw, events = Libc.POLLIN };
        for (int i = 0; i < sources.Count; i++)
            _polled[i + 1] = new Libc.pollfd { fd = sources[i].Descriptor, events = Libc.POLLIN };
    }

    /// <summary>Loop thread: until a frame arrives, somebody wakes us, or the time is over.</summary>
    public void Sleep(int milliseconds)
    {
        _ = Libc.poll(_polled, (ulong)_count, milliseconds);
        if ((_polled[0].revents & Libc.POLLIN) != 0)
            Clear(_wake);
    }

    public void Wake() => Signal(_wake);

    /// <summary>Loop thread: the published table is in use.</summary>
    public void ConfirmAdoption() => Signal(_adopted);

    /// <summary>Control thread: waits for the next confirmation, or until the time is over. Which table it was for is in the slot.</summary>
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

using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>Batches of frames from a packet socket, by recvmmsg(2). The descriptor belongs to the caller, who outlives this.</summary>
public sealed unsafe class PacketSource(int descriptor) : IFrameSource
{
    private int _used = FrameBatch.Capacity;

    public int Descriptor => descriptor;

    public int Receive(FrameBatch batch)
    {
        batch.Reset(_used);
        int received = Libc.recvmmsg(descriptor, batch.Messages, FrameBatch.Capacity, Libc.MSG_DONTWAIT, null);

        // EAGAIN: nothing there. ENETDOWN: the device went down; the socket lives on and mcrd decides.
        _used = Math.Max(received, 0);
        return _used;
    }
}

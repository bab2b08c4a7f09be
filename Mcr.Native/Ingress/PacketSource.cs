using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>Batches of frames from a packet socket, by recvmmsg(2). The descriptor belongs to the caller, who outlives this.</summary>
public sealed unsafe class PacketSource(int descriptor) : IFrameSource
{
    /// <summary>An error of the device (ENETDOWN) or of one frame (EINVAL) is reported once, in front of what is queued behind it.</summary>
    private const int MaxErrors = 4;

    public int Descriptor => descriptor;

    public int Receive(FrameBatch batch)
    {
        for (int errors = 0; errors < MaxErrors; errors++)
        {
            batch.Reset();
            SysResult received = SysResult.From(Libc.recvmmsg(descriptor, batch.Messages, FrameBatch.Capacity, Libc.MSG_DONTWAIT, null));
            if (received.IsSuccess)
                return batch.Used = received.Value;
            if (received.Is(Libc.EAGAIN))
                break;
        }

        return batch.Used = 0;
    }
}

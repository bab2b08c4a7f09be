using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>The echoes of an <see cref="EchoSocket"/>, by recvmmsg(2): the first bytes of each frame, and nothing else of it. The descriptor belongs to the caller, who outlives this. Loop thread only.</summary>
public sealed unsafe class EchoSource : IFrameSource
{
    private const int SlotSize = PacketFilter.EchoBytes;

    private readonly byte* _slots = (byte*)NativeMemory.AllocZeroed(FrameBatch.Capacity, SlotSize);
    private readonly Libc.iovec* _vectors = (Libc.iovec*)NativeMemory.AllocZeroed(FrameBatch.Capacity, (nuint)sizeof(Libc.iovec));
    private readonly Libc.mmsghdr* _messages = (Libc.mmsghdr*)NativeMemory.AllocZeroed(FrameBatch.Capacity, (nuint)sizeof(Libc.mmsghdr));

    public EchoSource(int descriptor)
    {
        Descriptor = descriptor;
        for (int i = 0; i < FrameBatch.Capacity; i++)
        {
            _vectors[i] = new Libc.iovec { iov_base = _slots + (i * SlotSize), iov_len = SlotSize };
            _messages[i].msg_hdr.msg_iov = _vectors + i;
            _messages[i].msg_hdr.msg_iovlen = 1;
        }
    }

    public int Descriptor { get; }

    public int Receive(FrameBatch batch)
    {
        SysResult received = SysResult.From(Libc.recvmmsg(Descriptor, _messages, FrameBatch.Capacity, Libc.MSG_DONTWAIT, null));
        if (!received.IsSuccess) // nothing there; or an error of the device, which is reported once and of no use here
            return 0;
        for (int i = 0; i < received.Value; i++)
            batch[i] = new ReceivedFrame { Data = _slots + (i * SlotSize), Length = (int)_messages[i].msg_len };
        return received.Value;
    }

    public void Release()
    {
    }

    public void Dispose()
    {
        NativeMemory.Free(_slots);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }
}

using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// Frames of a packet socket by recvmmsg(2), into slots of 64 KiB and headers, whatever the MTU, because a merged frame is that long;
/// pages that no frame reached are never touched. The descriptor belongs to the caller, who outlives this. Loop thread only.
/// </summary>
public sealed unsafe class MessageSource : IFrameSource
{
    private const int SlotSize = ReceivedFrame.MaxBytes;
    private const int ControlSize = 64; // CMSG_SPACE(sizeof(tpacket_auxdata)) is 40

    /// <summary>An error of the device (ENETDOWN) or of one frame (EINVAL) is reported once, in front of what is queued behind it.</summary>
    private const int MaxErrors = 4;

    private readonly byte* _slots;
    private readonly byte* _control;
    private readonly Libc.sockaddr_ll* _addresses;
    private readonly Libc.iovec* _vectors;
    private readonly Libc.mmsghdr* _messages;
    private int _used = FrameBatch.Capacity;
    private bool _isBehind = true; // what an earlier reader has left may be too old; later nobody asks

    public MessageSource(int descriptor)
    {
        Descriptor = descriptor;
        _slots = (byte*)NativeMemory.AlignedAlloc(FrameBatch.Capacity * SlotSize, 4096);
        _control = (byte*)NativeMemory.AllocZeroed(FrameBatch.Capacity, ControlSize);
        _addresses = (Libc.sockaddr_ll*)NativeMemory.AllocZeroed(FrameBatch.Capacity, (nuint)sizeof(Libc.sockaddr_ll));
        _vectors = (Libc.iovec*)NativeMemory.AllocZeroed(FrameBatch.Capacity, (nuint)sizeof(Libc.iovec));
        _messages = (Libc.mmsghdr*)NativeMemory.AllocZeroed(FrameBatch.Capacity, (nuint)sizeof(Libc.mmsghdr));
        for (int i = 0; i < FrameBatch.Capacity; i++)
        {
            _vectors[i] = new Libc.iovec { iov_base = _slots + (i * SlotSize), iov_len = SlotSize };
            _messages[i].msg_hdr.msg_iov = _vectors + i;
            _messages[i].msg_hdr.msg_iovlen = 1;
            _messages[i].msg_hdr.msg_name = _addresses + i;
            _messages[i].msg_hdr.msg_control = _control + (i * ControlSize);
        }
    }

    public int Descriptor { get; }

    public int Receive(FrameBatch batch)
    {
        for (int errors = 0; errors < MaxErrors; errors++)
        {
            Reset();
            SysResult received = SysResult.From(Libc.recvmmsg(Descriptor, _messages, FrameBatch.Capacity, Libc.MSG_DONTWAIT, null));
            if (received.IsSuccess)
            {
                _used = received.Value;
                long arrival = _isBehind ? LatestArrival() : ReceivedFrame.UnknownArrival;
                for (int i = 0; i < _used; i++)
                    Describe(i, arrival, ref batch[i]);
                return _used;
            }

            if (received.Is(Libc.EAGAIN))
                break;
        }

        _isBehind = false;
        return _used = 0;
    }

    public void Release()
    {
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_slots);
        NativeMemory.Free(_control);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }

    /// <summary>Of the batch's last frame, so its others came before.</summary>
    private long LatestArrival()
    {
        Libc.timespec time;
        return SysResult.From(Libc.ioctl(Descriptor, Libc.SIOCGSTAMPNS, &time)).IsSuccess
            ? (time.tv_sec * 1_000_000_000L) + time.tv_nsec
            : ReceivedFrame.UnknownArrival;
    }

    private void Describe(int i, long arrival, ref ReceivedFrame frame)
    {
        byte* slot = _slots + (i * SlotSize);
        frame.Data = slot + ReceivedFrame.VnetHeaderSize;
        frame.Length = (int)_messages[i].msg_len - ReceivedFrame.VnetHeaderSize;
        frame.Vnet = *(Libc.virtio_net_hdr*)slot;
        frame.Arrival = arrival;
        frame.VlanId = VlanId(_messages[i].msg_hdr);
        frame.PacketType = _addresses[i].sll_pkttype;
        frame.IsTruncated = (_messages[i].msg_hdr.msg_flags & Libc.MSG_TRUNC) != 0;
    }

    private static ushort VlanId(in Libc.msghdr header)
    {
        var control = (Libc.cmsghdr*)header.msg_control;
        if (header.msg_controllen < ControlMessage.Length((nuint)sizeof(Libc.tpacket_auxdata)) || control->cmsg_level != Libc.SOL_PACKET || control->cmsg_type != Libc.PACKET_AUXDATA)
            return 0;
        var aux = (Libc.tpacket_auxdata*)((byte*)control + sizeof(Libc.cmsghdr));
        return (aux->tp_status & Libc.TP_STATUS_VLAN_VALID) != 0 ? (ushort)(aux->tp_vlan_tci & 0xFFF) : (ushort)0;
    }

    /// <summary>Makes the used slots ready for another receive (the kernel shortened their lengths).</summary>
    private void Reset()
    {
        for (int i = 0; i < _used; i++)
        {
            ref Libc.msghdr header = ref _messages[i].msg_hdr;
            header.msg_namelen = (uint)sizeof(Libc.sockaddr_ll);
            header.msg_controllen = ControlSize;
            header.msg_flags = 0;
        }
    }
}

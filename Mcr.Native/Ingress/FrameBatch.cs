using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// The memory that frames are received into: <see cref="Capacity"/> slots of 64 KiB and headers, whatever the MTU, because a merged
/// frame is that long; pages that no frame reached are never touched. Owned and used by one thread. A frame stays valid until the
/// next receive.
/// </summary>
public sealed unsafe class FrameBatch : IDisposable
{
    /// <summary>Frames per recvmmsg: 64 amortise the system call (see the design's measurements) and stay in the cache.</summary>
    public const int Capacity = 64;

    /// <summary>Bytes of struct virtio_net_hdr in front of each frame.</summary>
    public const int VnetHeaderSize = 10;

    /// <summary>vnet header, Ethernet, the longest IP packet; rounded up to pages.</summary>
    public const int SlotSize = 68 * 1024;

    private const int ControlSize = 64; // CMSG_SPACE(sizeof(tpacket_auxdata)) is 40

    private readonly byte* _frames;
    private readonly byte* _control;
    private readonly Libc.sockaddr_ll* _addresses;
    private readonly Libc.iovec* _vectors;

    public FrameBatch()
    {
        _frames = (byte*)NativeMemory.AlignedAlloc(Capacity * SlotSize, 4096);
        _control = (byte*)NativeMemory.AllocZeroed(Capacity, ControlSize);
        _addresses = (Libc.sockaddr_ll*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Libc.sockaddr_ll));
        _vectors = (Libc.iovec*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Libc.iovec));
        Messages = (Libc.mmsghdr*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Libc.mmsghdr));
        for (int i = 0; i < Capacity; i++)
        {
            _vectors[i] = new Libc.iovec { iov_base = _frames + (i * SlotSize), iov_len = SlotSize };
            Messages[i].msg_hdr.msg_iov = _vectors + i;
            Messages[i].msg_hdr.msg_iovlen = 1;
            Messages[i].msg_hdr.msg_name = _addresses + i;
            Messages[i].msg_hdr.msg_control = _control + (i * ControlSize);
        }

        Reset();
    }

    internal Libc.mmsghdr* Messages { get; }

    /// <summary>The frame from its Ethernet header on.</summary>
    public byte* Frame(int i) => _frames + (i * SlotSize) + VnetHeaderSize;

    /// <summary>Bytes of frame received; negative when not even a vnet header arrived.</summary>
    public int Length(int i) => (int)Messages[i].msg_len - VnetHeaderSize;

    /// <summary>The slot was too small for the frame.</summary>
    public bool IsTruncated(int i) => (Messages[i].msg_hdr.msg_flags & Libc.MSG_TRUNC) != 0;

    /// <summary>PACKET_HOST, PACKET_MULTICAST, ….</summary>
    public byte PacketType(int i) => _addresses[i].sll_pkttype;

    internal Libc.virtio_net_hdr* Vnet(int i) => (Libc.virtio_net_hdr*)(_frames + (i * SlotSize));

    /// <summary>The VLAN id that the kernel took off the frame; 0 for none or a mere priority tag.</summary>
    public int VlanId(int i)
    {
        ref Libc.msghdr header = ref Messages[i].msg_hdr;
        var control = (Libc.cmsghdr*)header.msg_control;
        if (header.msg_controllen < ControlMessage.Length((nuint)sizeof(Libc.tpacket_auxdata)) || control->cmsg_level != Libc.SOL_PACKET || control->cmsg_type != Libc.PACKET_AUXDATA)
            return 0;
        var aux = (Libc.tpacket_auxdata*)((byte*)control + sizeof(Libc.cmsghdr));
        return (aux->tp_status & Libc.TP_STATUS_VLAN_VALID) != 0 ? aux->tp_vlan_tci & 0xFFF : 0;
    }

    /// <summary>Slots that the last receive used, whichever source it was from.</summary>
    internal int Used { get; set; } = Capacity;

    /// <summary>Makes the used slots ready for another receive (the kernel shortened their lengths).</summary>
    internal void Reset()
    {
        for (int i = 0; i < Used; i++)
        {
            ref Libc.msghdr header = ref Messages[i].msg_hdr;
            header.msg_namelen = (uint)sizeof(Libc.sockaddr_ll);
            header.msg_controllen = ControlSize;
            header.msg_flags = 0;
        }
    }

    /// <summary>For in-memory sources: puts a frame into a slot as the kernel would.</summary>
    internal void Put(int i, ReadOnlySpan<byte> frame, Libc.virtio_net_hdr vnet, byte packetType)
    {
        frame.CopyTo(new Span<byte>(Frame(i), SlotSize - VnetHeaderSize));
        *Vnet(i) = vnet;
        Messages[i].msg_len = (uint)(frame.Length + VnetHeaderSize);
        Messages[i].msg_hdr.msg_controllen = 0;
        _addresses[i].sll_pkttype = packetType;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_frames);
        NativeMemory.Free(_control);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(Messages);
    }
}

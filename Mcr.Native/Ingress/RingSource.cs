using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// Frames of a packet socket's mapped ring, where the kernel wrote them: no system call, no copy. Frames longer than a slot come by
/// <see cref="CopiedFrames"/>. The descriptor belongs to the caller, who outlives this. Loop thread only.
/// <para>
/// A slot's status goes round: KERNEL (free) → USER (a frame) → Taken (in a batch) → KERNEL. A worker that dies leaves the slots of its batch
/// Taken and, behind the first block's slots, the position of the next one: its successor frees the former and goes on there, so no frame
/// is relayed twice and at most one batch is lost.
/// </para>
/// </summary>
public sealed unsafe class RingSource : IFrameSource
{
    /// <summary>Ours: not KERNEL, so the kernel keeps off, and not USER. (TP_STATUS_TS_SYS_HARDWARE, which no kernel sets any more.)</summary>
    private const uint Taken = 1 << 30;

    /// <summary>Batches of nothing but cut-off frames that one call skips.</summary>
    private const int MaxClippedBatches = 4;

    /// <summary>TPACKET_ALIGN(sizeof(struct tpacket2_hdr)).</summary>
    private const int AddressOffset = 32;

    private readonly RingGeometry _geometry;
    private readonly byte* _ring;
    private readonly long* _position; // in the ring's memory: outlives this process
    private readonly long* _clipped;
    private readonly Libc.tpacket2_hdr** _taken = (Libc.tpacket2_hdr**)NativeMemory.AllocZeroed(FrameBatch.Capacity, (nuint)sizeof(nint));
    private readonly CopiedFrames _copies;
    private int _count; // of _taken
    private int _block; // where the next frame is or will be
    private int _inBlock;

    /// <param name="geometry">The ring that the socket was made with.</param>
    /// <param name="clipped">Counts frames that were cut off because the queue for long ones was full.</param>
    /// <exception cref="LinuxException">the socket has no such ring.</exception>
    public RingSource(int descriptor, RingGeometry geometry, long* clipped)
    {
        Descriptor = descriptor;
        _geometry = geometry;
        _clipped = clipped;
        void* address = Libc.mmap(null, (nuint)geometry.Bytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, descriptor, 0);
        if ((nint)address == -1)
            SysResult.From(-1).OrThrow("map the ring of the ingress socket");
        _ring = (byte*)address;
        _position = (long*)(_ring + geometry.PositionOffset);
        _copies = new CopiedFrames(descriptor);
        GoOn();
    }

    public int Descriptor { get; }

    public int Receive(FrameBatch batch)
    {
        for (int i = 0; i < MaxClippedBatches; i++)
        {
            Release();
            int frames = Take(batch);
            if (frames > 0 || _count == 0)
                return frames;
        }

        return 0;
    }

    public void Release()
    {
        if (_count == 0)
            return;
        Volatile.Write(ref *_position, ((long)_block * _geometry.FramesPerBlock) + _inBlock);
        for (int i = 0; i < _count; i++)
            Volatile.Write(ref _taken[i]->tp_status, Libc.TP_STATUS_KERNEL);
        _count = 0;
    }

    public void Dispose()
    {
        _copies.Dispose();
        NativeMemory.Free(_taken);
        _ = Libc.munmap(_ring, (nuint)_geometry.Bytes);
    }

    private Libc.tpacket2_hdr* Next => (Libc.tpacket2_hdr*)(_ring + ((nint)_block * _geometry.BlockSize) + ((nint)_inBlock * _geometry.FrameSize));

    private int Take(FrameBatch batch)
    {
        int frames = 0;
        while (_count < FrameBatch.Capacity)
        {
            Libc.tpacket2_hdr* slot = Next;
            uint status = Volatile.Read(ref slot->tp_status);
            if ((status & Libc.TP_STATUS_USER) == 0)
                break;
            bool isCopied = (status & Libc.TP_STATUS_COPY) != 0;
            slot->tp_status = Taken | (status & Libc.TP_STATUS_COPY);
            _taken[_count++] = slot;
            Advance();
            if (!isCopied && slot->tp_snaplen < slot->tp_len)
            {
                (*_clipped)++;
                continue;
            }

            if (isCopied)
                _copies.Expect(slot, frames);
            Describe(slot, status, ref batch[frames++]);
        }

        _copies.Fetch(batch);
        return frames;
    }

    private static void Describe(Libc.tpacket2_hdr* slot, uint status, ref ReceivedFrame frame)
    {
        frame.Data = (byte*)slot + slot->tp_mac;
        frame.Length = (int)slot->tp_snaplen;
        frame.Vnet = *(Libc.virtio_net_hdr*)(frame.Data - ReceivedFrame.VnetHeaderSize);
        frame.Arrival = (slot->tp_sec * 1_000_000_000L) + slot->tp_nsec;
        frame.VlanId = (status & Libc.TP_STATUS_VLAN_VALID) != 0 ? (ushort)(slot->tp_vlan_tci & 0xFFF) : (ushort)0;
        frame.PacketType = ((Libc.sockaddr_ll*)((byte*)slot + AddressOffset))->sll_pkttype;
        frame.IsTruncated = false;
    }

    /// <summary>Finds the place where another reader of this ring stopped, or its beginning; frees what that one had in its hands.</summary>
    private void GoOn()
    {
        long position = *_position;
        if (position < 0 || position >= _geometry.Frames)
            position = 0;
        _block = (int)(position / _geometry.FramesPerBlock);
        _inBlock = (int)(position % _geometry.FramesPerBlock);
        (int block, int inBlock) = (_block, _inBlock);
        bool isLeading = true;
        for (int i = 0; i < _geometry.Frames; i++)
        {
            Libc.tpacket2_hdr* slot = Next;
            bool isTaken = (slot->tp_status & Taken) != 0;
            Advance();
            isLeading &= isTaken;
            if (isLeading)
                (block, inBlock) = (_block, _inBlock);
            if (!isTaken)
                continue;
            if ((slot->tp_status & Libc.TP_STATUS_COPY) != 0)
                _copies.Discard(slot);
            Volatile.Write(ref slot->tp_status, Libc.TP_STATUS_KERNEL);
        }

        (_block, _inBlock) = (block, inBlock);
        Volatile.Write(ref *_position, ((long)_block * _geometry.FramesPerBlock) + _inBlock);
    }

    private void Advance()
    {
        if (++_inBlock < _geometry.FramesPerBlock)
            return;
        _inBlock = 0;
        if (++_block == _geometry.Blocks)
            _block = 0;
    }
}

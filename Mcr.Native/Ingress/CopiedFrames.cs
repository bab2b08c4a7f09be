using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// Frames that are longer than a slot of the ring: the kernel queued each of them whole on the socket (PACKET_COPY_THRESH), in the order of
/// their slots, and cut it off in its slot. What a queued frame belongs to is told by its length and its beginning, because a worker that
/// died may have left some in the queue whose slots are gone. Loop thread only.
/// </summary>
internal sealed unsafe class CopiedFrames : IDisposable
{
    /// <summary>A batch of what we wait for, and as many that a dead worker left.</summary>
    private const int Buffers = 2 * FrameBatch.Capacity;

    /// <summary>Bytes of a frame that are compared: headers and what numbers the payload.</summary>
    private const int Compared = 128;

    /// <summary>An error of the device (ENETDOWN) is reported once, in front of what is queued behind it.</summary>
    private const int MaxErrors = 4;

    private readonly int _descriptor;
    private readonly byte* _buffers = (byte*)NativeMemory.AlignedAlloc(Buffers * ReceivedFrame.MaxBytes, 4096);
    private readonly Libc.iovec* _vectors = (Libc.iovec*)NativeMemory.AllocZeroed(Buffers, (nuint)sizeof(Libc.iovec));
    private readonly Libc.mmsghdr* _messages = (Libc.mmsghdr*)NativeMemory.AllocZeroed(Buffers, (nuint)sizeof(Libc.mmsghdr));
    private readonly Expected* _expected = (Expected*)NativeMemory.AllocZeroed(FrameBatch.Capacity, (nuint)sizeof(Expected));
    private int _count; // of _expected

    public CopiedFrames(int descriptor)
    {
        _descriptor = descriptor;
        for (int i = 0; i < Buffers; i++)
        {
            _vectors[i] = new Libc.iovec { iov_base = Buffer(i), iov_len = ReceivedFrame.MaxBytes };
            _messages[i].msg_hdr.msg_iov = _vectors + i;
            _messages[i].msg_hdr.msg_iovlen = 1;
        }
    }

    /// <summary>The frame of that slot is to be fetched for a place in the batch.</summary>
    public void Expect(Libc.tpacket2_hdr* slot, int place) => _expected[_count++] = new Expected { Slot = slot, Place = place };

    /// <summary>Fetches what is expected; a frame that is not there stays in the batch and is marked as truncated.</summary>
    public void Fetch(FrameBatch batch)
    {
        if (_count == 0)
            return;
        int found = 0;
        int used = 0;
        int errors = 0;
        while (found < _count && used < Buffers && errors < MaxErrors)
        {
            SysResult received = SysResult.From(Libc.recvmmsg(_descriptor, _messages + used, (uint)Math.Min(_count - found, Buffers - used), Libc.MSG_DONTWAIT, null));
            if (received.Is(Libc.EAGAIN))
                break;
            if (!received.IsSuccess)
            {
                errors++;
                continue;
            }

            for (int end = used + received.Value; used < end; used++)
            {
                if (IsOf(_expected[found].Slot, Buffer(used), (int)_messages[used].msg_len))
                    Place(ref batch[_expected[found++].Place], used);
            }
        }

        for (; found < _count; found++)
            batch[_expected[found].Place].IsTruncated = true;
        _count = 0;
    }

    /// <summary>Takes the frame of a slot that is being given up out of the queue, if it is still there. They must come in order.</summary>
    public void Discard(Libc.tpacket2_hdr* slot)
    {
        SysResult peeked = SysResult.From(Libc.recvmmsg(_descriptor, _messages, 1, Libc.MSG_DONTWAIT | Libc.MSG_PEEK, null));
        if (peeked is { IsSuccess: true, Value: 1 } && IsOf(slot, Buffer(0), (int)_messages[0].msg_len))
            _ = Libc.recvmmsg(_descriptor, _messages, 1, Libc.MSG_DONTWAIT, null);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_buffers);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_expected);
    }

    private byte* Buffer(int i) => _buffers + ((nint)i * ReceivedFrame.MaxBytes);

    /// <summary>The rest (type, VLAN tag, arrival) is known from the slot.</summary>
    private void Place(ref ReceivedFrame frame, int buffer)
    {
        frame.Data = Buffer(buffer) + ReceivedFrame.VnetHeaderSize;
        frame.Length = (int)_messages[buffer].msg_len - ReceivedFrame.VnetHeaderSize;
        frame.Vnet = *(Libc.virtio_net_hdr*)Buffer(buffer);
        frame.IsTruncated = (_messages[buffer].msg_hdr.msg_flags & Libc.MSG_TRUNC) != 0;
    }

    private static bool IsOf(Libc.tpacket2_hdr* slot, byte* message, int length)
    {
        int compared = (int)Math.Min(slot->tp_snaplen, Compared);
        return length - ReceivedFrame.VnetHeaderSize == slot->tp_len
            && new ReadOnlySpan<byte>((byte*)slot + slot->tp_mac, compared).SequenceEqual(new ReadOnlySpan<byte>(message + ReceivedFrame.VnetHeaderSize, compared));
    }

    private struct Expected
    {
        public Libc.tpacket2_hdr* Slot;
        public int Place;
    }
}

using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>The arrays that one sendmmsg(2) takes: message headers, two vectors each (our header, the payload), control messages. Loop thread only.</summary>
internal sealed unsafe class MessageBatch : IDisposable
{
    public const int Capacity = 64;

    private static readonly int SegmentSpace = (int)ControlMessage.Space(sizeof(ushort));
    private static readonly int ControlSize = SegmentSpace + (int)ControlMessage.Space(sizeof(int));

    private readonly Libc.mmsghdr* _messages = (Libc.mmsghdr*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Libc.mmsghdr));
    private readonly Libc.iovec* _vectors = (Libc.iovec*)NativeMemory.AllocZeroed(Capacity * 2, (nuint)sizeof(Libc.iovec));
    private readonly byte* _control = (byte*)NativeMemory.AllocZeroed(Capacity, (nuint)ControlSize);
    private readonly int* _tags = (int*)NativeMemory.AllocZeroed(Capacity, sizeof(int));
    private readonly int* _segments = (int*)NativeMemory.AllocZeroed(Capacity, sizeof(int));

    public int Count { get; private set; }

    public bool IsFull => Count == Capacity;

    public Libc.mmsghdr* At(int i) => _messages + i;

    /// <summary>What the caller knows message <paramref name="i"/> by.</summary>
    public int Tag(int i) => _tags[i];

    public int PayloadLength(int i) => (int)_vectors[(i * 2) + 1].iov_len;

    /// <summary>Payload bytes of each datagram of a merged run; 0 for a single datagram.</summary>
    public int Segment(int i) => _segments[i];

    public int Datagrams(int i) => _segments[i] == 0 ? 1 : (PayloadLength(i) + _segments[i] - 1) / _segments[i];

    public void Clear() => Count = 0;

    /// <param name="address">null on a connected socket.</param>
    /// <param name="segment">For a merged run: payload bytes of each datagram (UDP_SEGMENT); else 0.</param>
    public void Add(int tag, InternetAddress* address, byte* header, int headerLength, byte* payload, int length, int segment, byte tos)
    {
        int i = Count++;
        _tags[i] = tag;
        _segments[i] = segment;
        Libc.iovec* vectors = _vectors + (i * 2);
        vectors[0] = new Libc.iovec { iov_base = header, iov_len = (nuint)headerLength };
        vectors[1] = new Libc.iovec { iov_base = payload, iov_len = (nuint)length };
        ref Libc.msghdr message = ref _messages[i].msg_hdr;
        message.msg_name = address;
        message.msg_namelen = address is null ? 0 : (uint)address->Length;
        message.msg_iov = headerLength == 0 ? vectors + 1 : vectors;
        message.msg_iovlen = headerLength == 0 ? 1u : 2u;

        byte* control = _control + (i * ControlSize);
        byte* end = control;
        if (segment > 0)
        {
            *(Libc.cmsghdr*)end = new Libc.cmsghdr { cmsg_len = ControlMessage.Length(sizeof(ushort)), cmsg_level = Libc.IPPROTO_UDP, cmsg_type = Libc.UDP_SEGMENT };
            *(ushort*)(end + sizeof(Libc.cmsghdr)) = (ushort)segment;
            end += SegmentSpace;
        }

        if (tos != 0)
        {
            *(Libc.cmsghdr*)end = new Libc.cmsghdr { cmsg_len = ControlMessage.Length(sizeof(int)), cmsg_level = Libc.IPPROTO_IP, cmsg_type = Libc.IP_TOS };
            *(int*)(end + sizeof(Libc.cmsghdr)) = tos;
            end += (int)ControlMessage.Space(sizeof(int));
        }

        message.msg_control = end == control ? null : control;
        message.msg_controllen = (nuint)(end - control);
    }

    public void Dispose()
    {
        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_control);
        NativeMemory.Free(_tags);
        NativeMemory.Free(_segments);
    }
}

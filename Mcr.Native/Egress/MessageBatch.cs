using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>
/// The arrays that one sendmmsg(2) takes: message headers, vectors, control messages, headers that we write. A message is one train:
/// equal datagrams (the last may be shorter) for one output. Loop thread only.
/// </summary>
internal sealed unsafe class MessageBatch : IDisposable
{
    public const int Capacity = 64;

    /// <summary>Vectors of one message at most: its headers, then for each datagram a leg's header and a payload.</summary>
    private const int MaxVectors = 1 + (2 * OutputTable.MaxTrain);

    private static readonly int SegmentSpace = (int)ControlMessage.Space(sizeof(ushort));
    private static readonly int NumberSpace = (int)ControlMessage.Space(sizeof(int));
    private static readonly int ControlSize = SegmentSpace + (2 * NumberSpace);

    private readonly Libc.mmsghdr* _messages = (Libc.mmsghdr*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Libc.mmsghdr));
    private readonly Libc.iovec* _vectors = (Libc.iovec*)NativeMemory.AllocZeroed(Capacity * MaxVectors, (nuint)sizeof(Libc.iovec));
    private readonly byte* _headers = (byte*)NativeMemory.AllocZeroed(Capacity, PacketHeaders.MaxSize);
    private readonly byte* _control = (byte*)NativeMemory.AllocZeroed(Capacity, (nuint)ControlSize);
    private readonly InternetAddress* _names = (InternetAddress*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(InternetAddress)); // of mapped outputs
    private readonly Train* _trains = (Train*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Train));
    private int _usedVectors;

    /// <summary>Messages that are finished.</summary>
    public int Count { get; private set; }

    public bool IsFull => Count == Capacity;

    public Libc.mmsghdr* At(int i) => _messages + i;

    public Train* TrainAt(int i) => _trains + i;

    public void Clear()
    {
        Count = 0;
        _usedVectors = 0;
    }

    /// <summary>Starts a message; there must be room. <see cref="Append"/> and <see cref="Finish"/> follow.</summary>
    public void Begin(OutputTable.Entry* output, Pending* first, int offset)
    {
        Train* train = _trains + Count;
        train->Output = output;
        train->First = first;
        train->Offset = offset;
        train->Datagrams = 0;
        train->PayloadBytes = 0;
        train->IsMarked = false;
        ref Libc.msghdr message = ref _messages[Count].msg_hdr;
        message.msg_iov = _vectors + _usedVectors;
        if (output->HeaderSize > 0)
            Add(_headers + (Count * PacketHeaders.MaxSize), output->HeaderSize);
    }

    /// <summary>Adds so many datagrams of <paramref name="pending"/>, <paramref name="bytes"/> of payload in all, from <paramref name="offset"/> on.</summary>
    public void Append(Pending* pending, int offset, int datagrams, int bytes)
    {
        Train* train = _trains + Count;
        train->Datagrams += datagrams;
        train->PayloadBytes += bytes;
        train->IsMarked |= pending->Marks.Count > 0;
        if (pending->HeaderLength > 0)
            Add(pending->Header, pending->HeaderLength);
        Add(pending->Payload + offset, bytes);
    }

    /// <param name="identification">Of the first datagram's IP packet, where we write the headers.</param>
    public void Finish(ushort identification)
    {
        Complete(identification);
        Count++;
    }

    public void Dispose()
    {
        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_headers);
        NativeMemory.Free(_control);
        NativeMemory.Free(_names);
        NativeMemory.Free(_trains);
    }

    private void Complete(ushort identification)
    {
        Train* train = _trains + Count;
        Pending* first = train->First;
        OutputTable.Entry* output = train->Output;
        int segment = train->Datagrams > 1 ? first->Size + first->HeaderLength : 0;
        ref Libc.msghdr message = ref _messages[Count].msg_hdr;
        message.msg_iovlen = (nuint)(_vectors + _usedVectors - message.msg_iov);
        message.msg_name = output->AddressLength == 0 ? null : &output->Address;
        message.msg_namelen = output->AddressLength;
        if (output->IsMapped && output->AddressLength != 0)
        {
            InternetAddress* name = _names + Count;
            *name = output->Address;
            name->Advance(first->HostPart, first->PortOffset);
            message.msg_name = name;
        }

        train->Segment = (ushort)segment;
        if (output->HeaderSize == 0)
        {
            int key = segment | (first->Tos << 16) | (first->Ttl << 24);
            if (key != train->ControlKey || output->IsIpv6 != train->IsIpv6)
                WriteControl(ref message, train, key, output->IsIpv6);
            return;
        }

        message.msg_control = null;
        message.msg_controllen = 0;
        train->ControlKey = -1;
        int udpBytes = PacketHeaders.UdpSize + train->PayloadBytes;
        PacketHeaders.Write((byte*)message.msg_iov[0].iov_base, output, first, udpBytes, segment, identification);
        if (output->Kind == EgressKind.RawIp)
            PacketHeaders.WriteChecksum((byte*)message.msg_iov[0].iov_base, output, message.msg_iov + 1, (int)message.msg_iovlen - 1);
    }

    private void Add(byte* bytes, int length)
    {
        Libc.iovec* vector = _vectors + _usedVectors++;
        vector->iov_base = bytes;
        vector->iov_len = (nuint)length;
    }

    /// <summary>Only when it differs from what this place had in the last batch, which is rare: see <see cref="Train.ControlKey"/>.</summary>
    private void WriteControl(ref Libc.msghdr message, Train* train, int key, bool isIpv6)
    {
        byte* control = _control + (Count * ControlSize);
        byte* end = control;
        if ((ushort)key != 0)
        {
            *(Libc.cmsghdr*)end = new Libc.cmsghdr { cmsg_len = ControlMessage.Length(sizeof(ushort)), cmsg_level = Libc.IPPROTO_UDP, cmsg_type = Libc.UDP_SEGMENT };
            *(ushort*)(end + sizeof(Libc.cmsghdr)) = (ushort)key;
            end += SegmentSpace;
        }

        end = AddNumber(end, isIpv6, isIpv6 ? Libc.IPV6_TCLASS : Libc.IP_TOS, (byte)(key >> 16));
        end = AddNumber(end, isIpv6, isIpv6 ? Libc.IPV6_HOPLIMIT : Libc.IP_TTL, (byte)(key >> 24));
        message.msg_control = end == control ? null : control;
        message.msg_controllen = (nuint)(end - control);
        train->ControlKey = key;
        train->IsIpv6 = isIpv6;
    }

    private static byte* AddNumber(byte* at, bool isIpv6, int type, byte value)
    {
        if (value == 0)
            return at;
        *(Libc.cmsghdr*)at = new Libc.cmsghdr { cmsg_len = ControlMessage.Length(sizeof(int)), cmsg_level = isIpv6 ? Libc.IPPROTO_IPV6 : Libc.IPPROTO_IP, cmsg_type = type };
        *(int*)(at + sizeof(Libc.cmsghdr)) = value;
        return at + NumberSpace;
    }

    /// <summary>What one message is made of, for counting it and for sending its datagrams singly.</summary>
    internal struct Train
    {
        public OutputTable.Entry* Output;
        public Pending* First;
        public int Offset;
        public int Datagrams;

        /// <summary>Without headers of ours.</summary>
        public int PayloadBytes;

        /// <summary>Bytes of each datagram of a train of several; 0 for a single one.</summary>
        public ushort Segment;

        /// <summary>Segment, TOS and TTL that the control bytes of this place say; -1 when it has none to be trusted.</summary>
        public int ControlKey;

        public bool IsIpv6;

        /// <summary>Somebody wants to know what became of some of its datagrams.</summary>
        public bool IsMarked;
    }
}

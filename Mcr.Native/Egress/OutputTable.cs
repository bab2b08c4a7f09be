using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>One output: where to, on which socket (an index of the table's sockets), counted in which entry of the slot.</summary>
public sealed record OutputTarget(IPAddress Address, ushort Port, int Socket, int Counter, EgressOptions Options = default);

/// <summary>One socket: its descriptor, what it is, and the device's own MAC address (the low 48 bits) for <see cref="EgressKind.Packet"/>.</summary>
public readonly record struct EgressSocket(int Descriptor, EgressKind Kind, ulong LinkAddress = 0);

/// <summary>
/// All outputs and sockets of one rule set, laid out for the kernel and pinned: it reads addresses in place. What is not the head of a
/// queue is immutable; the heads are the loop thread's.
/// </summary>
public sealed unsafe class OutputTable
{
    public static readonly OutputTable Empty = new([], []);

    /// <summary>Datagrams in one train (UDP_MAX_SEGMENTS; more only since Linux 6.9).</summary>
    public const int MaxTrain = 64;

    private const int MaxPacket = 65_535; // bytes of an IP packet, and of a frame that the kernel has yet to cut

    private readonly Entry[] _entries;
    private readonly SocketQueue[] _sockets;
    private readonly byte[] _templates;

    public OutputTable(IReadOnlyList<OutputTarget> outputs, IReadOnlyList<EgressSocket> sockets)
    {
        _entries = GC.AllocateArray<Entry>(Math.Max(1, outputs.Count), pinned: true);
        _sockets = GC.AllocateArray<SocketQueue>(Math.Max(1, sockets.Count), pinned: true);
        _templates = GC.AllocateArray<byte>(PacketHeaders.MaxSize * outputs.Count(o => PacketHeaders.Size(sockets[o.Socket].Kind, false) > 0), pinned: true);
        Count = outputs.Count;
        Entries = (Entry*)Unsafe.AsPointer(ref _entries[0]);
        Sockets = (SocketQueue*)Unsafe.AsPointer(ref _sockets[0]);
        for (int i = 0; i < sockets.Count; i++)
            _sockets[i] = new SocketQueue { Descriptor = sockets[i].Descriptor, IsConnected = sockets[i].Kind is EgressKind.Unicast or EgressKind.RawIp };

        int templates = 0;
        for (int i = 0; i < outputs.Count; i++)
        {
            EgressSocket socket = sockets[outputs[i].Socket];
            _entries[i] = EntryOf(outputs[i], socket.Kind, Sockets + outputs[i].Socket);
            if (_entries[i].HeaderSize == 0)
                continue;
            Span<byte> template = _templates.AsSpan(templates++ * PacketHeaders.MaxSize, PacketHeaders.MaxSize);
            PacketHeaders.WriteTemplate(template, socket.Kind, socket.LinkAddress, outputs[i].Address, outputs[i].Port);
            _entries[i].Template = (byte*)Unsafe.AsPointer(ref template[0]);
        }
    }

    public int Count { get; }

    internal Entry* Entries { get; }

    internal SocketQueue* Sockets { get; }

    private static Entry EntryOf(OutputTarget output, EgressKind kind, SocketQueue* socket)
    {
        EgressOptions options = output.Options;
        bool isIpv6 = output.Address.AddressFamily == AddressFamily.InterNetworkV6;
        InternetAddress address = InternetAddress.Of(output.Address, output.Port);
        int overhead = PacketHeaders.IpSize(isIpv6) + PacketHeaders.UdpSize;
        return new Entry
        {
            Address = address,
            AddressLength = kind == EgressKind.Multicast ? (uint)address.Length : 0,
            Socket = socket,
            Counter = output.Counter,
            Kind = kind,
            IsIpv6 = isIpv6,
            HeaderSize = PacketHeaders.Size(kind, isIpv6),
            Overhead = overhead,
            MaxPayload = options.Mtu == 0 ? MaxPacket : Math.Max(0, options.Mtu - overhead),
            MaxTrainBytes = MaxPacket - overhead - (kind == EgressKind.Packet ? PacketHeaders.EthernetSize : 0),
            MaxTrain = kind == EgressKind.RawIp ? 1 : options.MaxBurst > 0 ? Math.Min((int)options.MaxBurst, MaxTrain) : options.Pace ? 1 : MaxTrain,
            KeepsSource = kind is EgressKind.Packet or EgressKind.PacketIp or EgressKind.RawIp,
            Ttl = options.Ttl,
            DecrementsTtl = options.DecrementTtl,
            TosMask = (byte)(options.Dscp is null ? 0xFC : 0), // ECN is not ours to promise: not-ECT
            TosValue = (byte)((options.Dscp ?? 0) << 2),
            RateLimit = options.RateLimit,
            IsPaced = options.Pace,
        };
    }

    internal struct Entry
    {
        public InternetAddress Address;

        /// <summary>0 where the socket knows where to.</summary>
        public uint AddressLength;

        public int Counter;
        public SocketQueue* Socket;

        /// <summary>What we write in front of each message; null and 0 for UDP sockets.</summary>
        public byte* Template;

        public int HeaderSize;

        /// <summary>Bytes of IP and UDP header, whoever writes them.</summary>
        public int Overhead;

        /// <summary>What fits the device's MTU in one piece.</summary>
        public int MaxPayload;

        public int MaxTrainBytes;
        public int MaxTrain;

        /// <summary>Bits a second; 0 for none.</summary>
        public long RateLimit;

        public EgressKind Kind;
        public bool IsIpv6;
        public bool KeepsSource;
        public bool DecrementsTtl;
        public bool IsPaced;
        public byte Ttl;
        public byte TosMask;
        public byte TosValue;

        /// <summary>Datagrams waiting, in order, and the next output of the same socket that has some. Loop thread only.</summary>
        public Pending* First;

        public Pending* Last;
        public Entry* NextWaiting;
    }

    /// <summary>The outputs of one socket that have something waiting. Loop thread only.</summary>
    internal struct SocketQueue
    {
        public int Descriptor;
        public bool IsConnected;

        /// <summary>The device refused segmentation once (EIO): send singly from then on.</summary>
        public bool NoSegmentation;

        public Entry* FirstWaiting;
        public Entry* LastWaiting;
    }
}

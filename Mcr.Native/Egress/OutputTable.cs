using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mcr.Native.Interop;
using Mcr.Native.Legs;

namespace Mcr.Native.Egress;

/// <summary>One output: where to, on which socket (an index of the table's sockets), counted in which entry of the slot.</summary>
public sealed record OutputTarget(IPAddress Address, ushort Port, int Socket, int Counter, EgressOptions Options = default)
{
    /// <summary>A leg begins here, and each datagram has its header, with this key; without any, none does.</summary>
    public LegKeys Keys { get; init; }
}

/// <summary>One socket: its descriptor, what it is, and the device's own MAC address (the low 48 bits) for <see cref="EgressKind.Packet"/>.</summary>
public readonly record struct EgressSocket(int Descriptor, EgressKind Kind, ulong LinkAddress = 0);

/// <summary>
/// All outputs and sockets of one rule set, laid out for the kernel and pinned: it reads addresses in place. What is not the head of a
/// queue does not change while the loop can come by it (see <see cref="OutputTables"/>); the heads are the loop thread's.
/// </summary>
public sealed unsafe class OutputTable
{
    public static readonly OutputTable Empty = new([], []);

    /// <summary>Datagrams in one train (UDP_MAX_SEGMENTS; more only since Linux 6.9).</summary>
    public const int MaxTrain = 64;

    private const int MaxPacket = 65_535; // bytes of an IP packet, and of a frame that the kernel has yet to cut

    private readonly Entry[] _entries; // kept alive here
    private readonly SocketQueue[] _sockets;

    public OutputTable(IReadOnlyList<OutputTarget> outputs, IReadOnlyList<EgressSocket> sockets)
        : this(OutputTables.NewRoom<Entry>(outputs.Count), OutputTables.NewRoom<SocketQueue>(sockets.Count), outputs.Count)
    {
        for (int i = 0; i < sockets.Count; i++)
            _sockets[i] = QueueOf(sockets[i]);
        for (int i = 0; i < outputs.Count; i++)
            Write(ref _entries[i], outputs[i], sockets[outputs[i].Socket], Sockets + outputs[i].Socket);
    }

    /// <param name="entries">Pinned and not empty, like <paramref name="sockets"/>.</param>
    internal OutputTable(Entry[] entries, SocketQueue[] sockets, int count)
    {
        _entries = entries;
        _sockets = sockets;
        Count = count;
        Entries = (Entry*)Unsafe.AsPointer(ref entries[0]);
        Sockets = (SocketQueue*)Unsafe.AsPointer(ref sockets[0]);
    }

    public int Count { get; }

    internal Entry* Entries { get; }

    internal SocketQueue* Sockets { get; }

    internal static SocketQueue QueueOf(EgressSocket socket) =>
        new() { Descriptor = socket.Descriptor, IsConnected = socket.Kind is EgressKind.Unicast or EgressKind.RawIp };

    internal static void Write(ref Entry entry, OutputTarget output, EgressSocket socket, SocketQueue* queue)
    {
        entry = EntryOf(output, socket.Kind, queue);
        if (entry.HeaderSize > 0)
            PacketHeaders.WriteTemplate(MemoryMarshal.CreateSpan(ref entry.Template[0], PacketHeaders.MaxSize), socket.Kind, socket.LinkAddress, output.Address, output.Port);
    }

    private static Entry EntryOf(OutputTarget output, EgressKind kind, SocketQueue* socket)
    {
        EgressOptions options = output.Options;
        bool isIpv6 = output.Address.AddressFamily == AddressFamily.InterNetworkV6;
        InternetAddress address = InternetAddress.Of(output.Address, output.Port);
        int overhead = PacketHeaders.IpSize(isIpv6) + PacketHeaders.UdpSize;
        bool isLeg = output.Keys.HasAny;
        return new Entry
        {
            Address = address,
            AddressLength = kind is EgressKind.Multicast or EgressKind.Leg ? (uint)address.Length : 0,
            Socket = socket,
            Counter = output.Counter,
            Kind = kind,
            IsIpv6 = isIpv6,
            HeaderSize = PacketHeaders.Size(kind, isIpv6),
            Overhead = overhead + (isLeg ? LegHeader.Size : 0),
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
            IsMapped = options.IsMapped,
            IsRedundant = options.IsRedundant,
            IsLeg = isLeg,
            LegKeys = output.Keys,
            LegPayload = LegMtu.MaxPayload(int.MaxValue, isIpv6),
            LegWhole = options.Mtu == 0 ? int.MaxValue : LegMtu.MaxPayload(options.Mtu, isIpv6),
        };
    }

    internal struct Entry
    {
        public InternetAddress Address;

        /// <summary>0 where the socket knows where to.</summary>
        public uint AddressLength;

        public int Counter;
        public SocketQueue* Socket;

        /// <summary>What we write in front of each message (<see cref="Template"/>), in bytes; 0 for UDP sockets.</summary>
        public int HeaderSize;

        /// <summary>Bytes of IP and UDP header, whoever writes them, and of a leg's.</summary>
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

        /// <inheritdoc cref="EgressOptions.IsMapped"/>
        public bool IsMapped;

        /// <inheritdoc cref="EgressOptions.IsRedundant"/>
        public bool IsRedundant;

        /// <summary>Each datagram leaves alone with a header of its own: see <see cref="LegSender"/>.</summary>
        public bool IsLeg;

        public LegKeys LegKeys;

        /// <summary>The longest payload that a leg's datagram has room for, and the longest that leaves in one piece.</summary>
        public int LegPayload;

        /// <inheritdoc cref="LegPayload"/>
        public int LegWhole;

        public byte Ttl;
        public byte TosMask;
        public byte TosValue;

        /// <summary>Datagrams waiting, in order, and the next output of the same socket that has some. Loop thread only.</summary>
        public Pending* First;

        public Pending* Last;
        public Entry* NextWaiting;

        public fixed byte Template[PacketHeaders.MaxSize];
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

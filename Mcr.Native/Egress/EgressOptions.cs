namespace Mcr.Native.Egress;

/// <summary>What kind of socket an output leaves by; it decides what the worker has to put in front of a payload.</summary>
public enum EgressKind : byte
{
    /// <summary>UDP, unconnected: each datagram carries its address. Shared by multicast outputs of one device.</summary>
    Multicast,

    /// <summary>UDP, connected to the one unicast destination.</summary>
    Unicast,

    /// <summary>AF_PACKET on an Ethernet device, for multicast that keeps its source: we write the Ethernet, IP and UDP headers, and a vnet header in front.</summary>
    Packet,

    /// <summary>The same on a device without a link header (tun): vnet, IP and UDP headers.</summary>
    PacketIp,

    /// <summary>Raw IP with the header included, for unicast that keeps its source: we write the IP and UDP headers, the kernel finds the neighbour.</summary>
    RawIp,

    /// <summary>Nothing is sent by it: other nodes are heard on the output's segment, see <see cref="Ingress.EchoSocket"/>.</summary>
    Echo,

    /// <summary>UDP, unconnected and bound to no device: the kernel finds the way to the other end of a leg, each time.</summary>
    Leg,

    /// <summary>Nothing is sent by it: an ingress socket of a device from which rules with several inputs take datagrams, see <see cref="Worker.FeedShape"/>.</summary>
    Feed,
}

/// <summary>How an output's datagrams leave, beyond where to. The default value means: as the socket says, no limits.</summary>
public readonly record struct EgressOptions
{
    /// <summary>To be written or passed with each datagram; 0: the socket has it.</summary>
    public byte Ttl { get; init; }

    /// <summary>Leave with one less than it came with.</summary>
    public bool DecrementTtl { get; init; }

    /// <summary>0 to 63; null: copied.</summary>
    public byte? Dscp { get; init; }

    /// <summary>Bits of IP packets a second; 0 for no limit.</summary>
    public long RateLimit { get; init; }

    /// <summary>Datagrams in one train; 0 for as many as the kernel takes.</summary>
    public byte MaxBurst { get; init; }

    public bool Pace { get; init; }

    /// <summary>The address and port are those of a range's first: each datagram goes to the place in it that it had in the input's.</summary>
    public bool IsMapped { get; init; }

    /// <summary>Of a redundant rule: what is left over when the loop has stood still is another's by then, and dropped.</summary>
    public bool IsRedundant { get; init; }

    /// <summary>Of the output device, bytes of IP packet; 0 when not known.</summary>
    public int Mtu { get; init; }
}

namespace Mcr.Native.Packet;

/// <summary>
/// The UDP datagrams that one frame stands for: one, or a run of equal ones (the last may be shorter) when GRO or a GSO
/// sender merged them. Addresses are IPv6 or IPv4-mapped, in host byte order. Offsets are into the frame.
/// </summary>
public struct ParsedFrame
{
    public UInt128 Source;
    public UInt128 Destination;

    public ushort SourcePort;
    public ushort DestinationPort;

    /// <summary>The IPv4 TOS octet or IPv6 traffic class: DSCP and ECN.</summary>
    public byte Tos;

    /// <summary>Time to live or hop limit.</summary>
    public byte Ttl;

    /// <summary>To 224.0.0.0/4 or ff00::/8.</summary>
    public bool IsMulticast;

    /// <summary>Bytes from the start of the frame to the UDP payload.</summary>
    public int PayloadOffset;

    /// <summary>Bytes of payload, all datagrams of a merged frame together.</summary>
    public int PayloadLength;

    /// <summary>Payload bytes of each datagram in a merged frame; 0 for a single datagram.</summary>
    public int SegmentSize;

    /// <summary>How many datagrams the frame stands for: at least 1.</summary>
    public readonly int Datagrams => SegmentSize == 0 ? 1 : (PayloadLength + SegmentSize - 1) / SegmentSize;
}

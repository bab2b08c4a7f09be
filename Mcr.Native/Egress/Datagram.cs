namespace Mcr.Native.Egress;

/// <summary>
/// What the loop hands to the send queue: one datagram, or a merged run of equal ones. The payload stays where it was received until
/// the queue is flushed. Addresses are IPv6 or IPv4-mapped, in host byte order.
/// </summary>
public unsafe struct Datagram
{
    public byte* Payload;

    /// <summary>Bytes, all datagrams of a run together.</summary>
    public int Length;

    /// <summary>Payload bytes of each datagram of a run (the last may be shorter); 0 for a single one.</summary>
    public int Segment;

    /// <summary>Who sent it; for outputs that keep that.</summary>
    public UInt128 Source;

    public ushort SourcePort;

    /// <summary>As it came: DSCP and ECN, time to live or hop limit.</summary>
    public byte Tos;

    public byte Ttl;

    /// <summary>When the kernel received it, nanoseconds since 1970; 0 when that was not asked for.</summary>
    public long Arrival;

    /// <summary>Its place in the range of its rule: what the group has behind the prefix, and the port less the first; for outputs that map it.</summary>
    public UInt128 HostPart;

    /// <inheritdoc cref="HostPart"/>
    public ushort PortOffset;

    /// <summary>Where to note what becomes of it at the output it is queued for.</summary>
    public OutcomeMarks Marks;
}

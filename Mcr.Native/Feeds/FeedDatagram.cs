namespace Mcr.Native.Feeds;

/// <summary>One datagram of an input with what the loop needs to forward it, where it lies or in the merger's memory.</summary>
public unsafe struct FeedDatagram
{
    /// <summary>Which of the rule's inputs, from 0 on.</summary>
    public int Input;

    public int Length;

    public byte* Payload;

    /// <summary>When it arrived, wall clock, nanoseconds, or <see cref="Ingress.ReceivedFrame.UnknownArrival"/>.</summary>
    public long Arrival;

    // As in ParsedFrame:
    public UInt128 Source;
    public UInt128 Destination;
    public ushort SourcePort;
    public ushort DestinationPort;
    public byte Tos;
    public byte Ttl;
}

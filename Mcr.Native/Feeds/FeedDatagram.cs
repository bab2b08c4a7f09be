using Mcr.Native.Packet;

namespace Mcr.Native.Feeds;

/// <summary>One datagram of an input, where it lies or in the merger's memory.</summary>
internal unsafe struct FeedDatagram
{
    /// <summary>Which of the rule's inputs, from 0 on.</summary>
    public int Input;

    public int Length;

    public byte* Payload;

    /// <summary>When it arrived, wall clock, nanoseconds, or <see cref="Ingress.ReceivedFrame.UnknownArrival"/>.</summary>
    public long Arrival;

    /// <summary>Who sent it where, and how; its payload's place is not meant.</summary>
    public ParsedFrame* Frame;
}

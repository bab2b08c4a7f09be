namespace Mcr.Native.Egress;

/// <summary>A datagram or merged run that waits for its output: what to send, and with which headers. Loop thread only.</summary>
internal unsafe struct Pending
{
    public byte* Payload;

    /// <summary>Of ours, in front of the payload, which is that of one datagram then; null for none.</summary>
    public byte* Header;

    /// <summary>Who sent it; only where the output keeps that.</summary>
    public UInt128 Source;

    /// <inheritdoc cref="Datagram.HostPart"/>
    public UInt128 HostPart;

    /// <summary>The next one of the same output; null for the last.</summary>
    public Pending* Next;

    public OutcomeMarks Marks;

    public long Arrival;
    public int Length;
    public int Segment;
    public int HeaderLength;
    public ushort SourcePort;

    /// <inheritdoc cref="Datagram.PortOffset"/>
    public ushort PortOffset;

    /// <summary>To leave with; 0 for what the socket has.</summary>
    public byte Tos;

    /// <inheritdoc cref="Tos"/>
    public byte Ttl;

    /// <summary>Payload bytes of each datagram (the last may be shorter).</summary>
    public readonly int Size => Segment > 0 ? Segment : Length;

    /// <summary>How many it is.</summary>
    public readonly int Datagrams => Segment == 0 ? 1 : (Length + Segment - 1) / Segment;

    /// <summary>Can <paramref name="next"/> be in one train behind this one, whose last datagram is a full one?</summary>
    public readonly bool IsJoinedBy(Pending* next, bool keepsSource, bool isMapped)
    {
        int size = Size;
        bool fits = next->Segment > 0 ? next->Segment == size : next->Length <= size && next->Length > 0; // a shorter one is the last
        return fits && next->Tos == Tos && next->Ttl == Ttl && next->HeaderLength == HeaderLength
            && (!keepsSource || (next->Source == Source && next->SourcePort == SourcePort))
            && (!isMapped || (next->HostPart == HostPart && next->PortOffset == PortOffset));
    }
}

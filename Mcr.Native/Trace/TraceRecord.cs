using System.Runtime.InteropServices;

namespace Mcr.Native.Trace;

/// <summary>The fixed part of a record, as <see cref="TraceLayout"/> describes it.</summary>
[StructLayout(LayoutKind.Explicit, Size = TraceLayout.RecordSize)]
internal struct TraceRecord
{
    [FieldOffset(0)]
    public long Arrival;

    [FieldOffset(8)]
    public long Sent;

    [FieldOffset(16)]
    public UInt128 Source;

    [FieldOffset(32)]
    public UInt128 Destination;

    [FieldOffset(48)]
    public ushort SourcePort;

    [FieldOffset(50)]
    public ushort DestinationPort;

    [FieldOffset(52)]
    public int Length;

    [FieldOffset(56)]
    public int Captured;

    [FieldOffset(60)]
    public byte Ttl;

    [FieldOffset(61)]
    public byte Tos;

    [FieldOffset(62)]
    public byte Reason;

    [FieldOffset(63)]
    public byte Outputs;

    [FieldOffset(64)]
    public long Number;

    /// <summary>Of the record, from 0; −1 while it is written, so that whoever reads meanwhile can tell.</summary>
    [FieldOffset(72)]
    public long Guard;
}

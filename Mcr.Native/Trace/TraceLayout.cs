using Mcr.Native.Egress;

namespace Mcr.Native.Trace;

/// <summary>
/// Trace rings of a worker slot, in words of 64 bits; written by the loop only, which publishes records by their number when their batch has been sent:
/// <code>
/// word 0        records published since the session began; the last <see cref="Records"/> of them are there, number n at place n modulo that
/// word 1        session
/// word 2        datagrams of the rule since then
/// word 64       records of 2048 bytes:
///   byte 0  arrival, 8 sent (nanoseconds since 1970; 0 unknown), 16 source, 32 destination (IPv6 or IPv4-mapped, as numbers), 48 their ports (2 + 2),
///   52 payload length, 56 bytes of it that follow, 60 TTL, 61 TOS, 62 DropReason, 63 outputs, 64 number among the rule's datagrams,
///   72 the record's own number, −1 while it is written, 80 an outcome for each output (64, see OutcomeMarks), 144 payload
/// </code>
/// </summary>
public static class TraceLayout
{
    public const int Rings = 8;

    public const int Records = OutcomeMarks.Places;

    public const int MaxSnap = RecordSize - PayloadOffset;

    public const int HeadWord = 0;
    public const int SessionWord = 1;
    public const int SeenWord = 2;
    public const int HeaderWords = 64;

    /// <summary>Bytes; what tells where the next one begins, too.</summary>
    public const int RecordSize = OutcomeMarks.Stride;

    public const int Words = HeaderWords + (Records * RecordSize / sizeof(long));

    internal const int OutcomesOffset = 80;
    internal const int PayloadOffset = 144;
}

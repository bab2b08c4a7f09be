using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Native.Feeds;

/// <summary>Where in its stream a datagram belongs, as it says itself.</summary>
internal struct SequenceReading
{
    /// <summary>Of its first message, or its own; as many bits as the field has.</summary>
    public ulong Number;

    /// <summary>How many numbers it carries; 0: it only tells which is next (a heartbeat, the end of a session).</summary>
    public int Count;

    /// <summary>Which stream: the SSRC, or the session; 0 where there is none.</summary>
    public UInt128 Stream;
}

/// <summary>Reads a datagram's place in its stream. Every length is checked; pure.</summary>
internal readonly unsafe struct SequenceReader
{
    /// <summary>Numbers in one datagram at most; more cannot be meant.</summary>
    public const int MaxCount = 4096;

    private const int RtpHeader = 12;
    private const int MoldHeader = 20;
    private const int MoldSession = 10;
    private const int MoldEndOfSession = 0xFFFF;

    private readonly SelectKeyKind _kind;
    private readonly ulong _field;
    private readonly int _least;

    public SequenceReader(SelectKey key)
    {
        _kind = key.Kind;
        _field = key.Kind == SelectKeyKind.Sequence ? key.Field.Pack() : 0;
        Bits = key.Kind switch { SelectKeyKind.Rtp => 16, SelectKeyKind.MoldUdp64 => 64, _ => key.Field.Width };
        _least = key.Kind switch { SelectKeyKind.Rtp => RtpHeader, SelectKeyKind.MoldUdp64 => MoldHeader, _ => SequenceField.LeastLength(_field) };
    }

    /// <summary>Of the number.</summary>
    public int Bits { get; }

    /// <returns>false: it is too short, or is not what it should be.</returns>
    public bool TryRead(byte* payload, int length, out SequenceReading reading)
    {
        reading = default;
        if (length < _least)
            return false;
        switch (_kind)
        {
            case SelectKeyKind.Rtp:
                reading.Number = BigEndian(payload + 2, 16);
                reading.Count = 1;
                reading.Stream = BigEndian(payload + 8, 32);
                return payload[0] >> 6 == 2; // RFC 3550, 5.1
            case SelectKeyKind.MoldUdp64:
                reading.Stream = new UInt128(BigEndian(payload, 64), BigEndian(payload + 8, 16));
                reading.Number = BigEndian(payload + MoldSession, 64);
                int messages = (int)BigEndian(payload + MoldSession + 8, 16);
                reading.Count = messages == MoldEndOfSession ? 0 : messages;
                return reading.Count <= MaxCount;
            default:
                bool isLittle = SequenceField.IsLittleEndian(_field);
                reading.Number = SequenceField.Read(payload + SequenceField.OffsetOf(_field), SequenceField.WidthOf(_field), isLittle);
                int width = SequenceField.CountWidthOf(_field);
                ulong count = width == 0 ? 1 : SequenceField.Read(payload + SequenceField.CountOffsetOf(_field), width, isLittle);
                reading.Count = (int)Math.Min(count, MaxCount + 1);
                return count <= MaxCount;
        }
    }

    private static ulong BigEndian(byte* at, int width) => SequenceField.Read(at, width, isLittle: false);
}

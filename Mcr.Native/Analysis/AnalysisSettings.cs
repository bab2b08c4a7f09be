namespace Mcr.Native.Analysis;

/// <summary>What of a rule's payloads is looked at.</summary>
public enum AnalysisKind : byte
{
    Off,

    /// <summary>RTP and MPEG-TS, when it is either.</summary>
    Auto,

    Rtp,

    /// <summary>MPEG-TS packets right behind the UDP header.</summary>
    TransportStream,

    /// <summary>A sequence number at a fixed place.</summary>
    Sequence,
}

/// <summary>How a rule's payloads are analysed.</summary>
/// <param name="Parameters">Of RTP the clock rate in Hz, 0 for that of the payload type; of a sequence <see cref="SequenceField.Pack"/>; else 0.</param>
public readonly record struct AnalysisSettings(AnalysisKind Kind, ulong Parameters = 0)
{
    public const int MaxClockRate = 192_000 * 1000;

    public static AnalysisSettings Off => default;

    public static AnalysisSettings Auto => new(AnalysisKind.Auto);

    public static AnalysisSettings TransportStream => new(AnalysisKind.TransportStream);

    /// <param name="clockRate">Hz; 0: that of the payload type, or 90,000.</param>
    public static AnalysisSettings Rtp(int clockRate = 0) => new(AnalysisKind.Rtp, (ulong)clockRate);

    public static AnalysisSettings Sequence(SequenceField field) => new(AnalysisKind.Sequence, field.Pack());

    /// <summary>Of <see cref="AnalysisKind.Sequence"/>.</summary>
    public SequenceField Field => SequenceField.Unpack(Parameters);

    /// <summary>Hz, of <see cref="AnalysisKind.Rtp"/>; 0: that of the payload type.</summary>
    public int ClockRate => (int)Parameters;

    /// <summary>Whether a worker can be told so.</summary>
    public bool IsValid => Kind switch
    {
        AnalysisKind.Off or AnalysisKind.Auto or AnalysisKind.TransportStream => Parameters == 0,
        AnalysisKind.Rtp => Parameters <= MaxClockRate,
        AnalysisKind.Sequence => Field.IsValid && Field.Pack() == Parameters,
        _ => false,
    };

    /// <summary>What a block is counted with: never 0.</summary>
    internal long Tag => (long)(Parameters ^ ((ulong)Kind + 1) << 56);
}

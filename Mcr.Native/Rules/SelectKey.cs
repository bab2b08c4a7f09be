using Mcr.Native.Analysis;

namespace Mcr.Native.Rules;

public enum SelectKeyKind : byte
{
    /// <summary>The sequence number of RTP (RFC 3550), within one SSRC.</summary>
    Rtp,

    /// <summary>MoldUDP64: the sequence number of the first message and how many there are, within one session.</summary>
    MoldUdp64,

    /// <summary>A sequence number at a fixed place, see <see cref="SequenceField"/>.</summary>
    Sequence,

    /// <summary>All of the payload: no order, and no losses.</summary>
    Content,
}

/// <summary>What tells the datagrams of a stream apart (<c>by</c>).</summary>
/// <param name="Field">Of <see cref="SelectKeyKind.Sequence"/>; default otherwise.</param>
public readonly record struct SelectKey(SelectKeyKind Kind, SequenceField Field = default)
{
    /// <summary>Whether no payload is both what this goes by and what is looked at: inputs go by what their payloads are.</summary>
    internal bool Excludes(AnalysisSettings analysis) => Kind switch
    {
        SelectKeyKind.Rtp => analysis.Kind == AnalysisKind.TransportStream || AnalysisText.Format(analysis) == SelectKeyText.Format(new SelectKey(SelectKeyKind.MoldUdp64)),
        SelectKeyKind.MoldUdp64 => analysis.Kind is AnalysisKind.Rtp or AnalysisKind.TransportStream,
        _ => false,
    };
}

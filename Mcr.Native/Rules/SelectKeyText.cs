using Mcr.Native.Analysis;

namespace Mcr.Native.Rules;

/// <summary>What datagrams are told apart by, as an operator writes it (<c>by</c>): <c>rtp</c>, <c>moldudp64</c>, <c>content</c>, or a sequence number in the words of <c>analyse</c>. Pure.</summary>
public static class SelectKeyText
{
    public const string Wanted = "rtp, moldudp64, content, or sequence offset=BYTES width=8, 16, 32 or 64, then if need be endian=little, count-offset=BYTES count-width=BITS";

    private const string Rtp = "rtp";
    private const string MoldUdp64 = "moldudp64";
    private const string Content = "content";
    private const string Sequence = "sequence";

    /// <returns>null when it is none of these.</returns>
    public static SelectKey? Parse(string text)
    {
        switch (text.Trim())
        {
            case Rtp:
                return new SelectKey(SelectKeyKind.Rtp);
            case MoldUdp64:
                return new SelectKey(SelectKeyKind.MoldUdp64);
            case Content:
                return new SelectKey(SelectKeyKind.Content);
            default:
                // Its name for MoldUDP64 is one for a field without a session, which is another thing here.
                return AnalysisText.Parse(text, out _) is { Kind: AnalysisKind.Sequence, Field: var field } ? new SelectKey(SelectKeyKind.Sequence, field.CountWidth == 0 ? field with { CountOffset = 0 } : field) : null;
        }
    }

    /// <summary>Which <see cref="Parse"/> reads as the same.</summary>
    public static string Format(SelectKey key) => key.Kind switch
    {
        SelectKeyKind.Rtp => Rtp,
        SelectKeyKind.MoldUdp64 => MoldUdp64,
        SelectKeyKind.Content => Content,
        _ => $"{Sequence} {AnalysisText.Format(key.Field)}",
    };
}

using System.Buffers.Binary;
using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Native.Feeds;

/// <summary>What one input has lost on its way, by the numbers in its payloads. Its state is the input's in the <see cref="SelectBlock"/>, laid out as a <see cref="StreamBlock.Flow"/> from the identity on. Loop thread only.</summary>
/// <param name="by">null: nobody asks.</param>
internal readonly unsafe struct InputLosses(SelectKey? by)
{
    private const ulong RtpMask = 0xFFFF;

    private readonly SelectKeyKind? _kind = by?.Kind;
    private readonly ulong _field = by switch
    {
        { Kind: SelectKeyKind.Sequence } key => key.Field.Pack(),
        { Kind: SelectKeyKind.MoldUdp64 } => AnalysisText.MoldUdp64.Pack(),
        _ => 0,
    };

    /// <summary>All numbers that are missing.</summary>
    public static long Of(long* input) => Flow(input)[StreamBlock.Flow.Lost];

    /// <summary>Others may have had some of its datagrams: where it goes on says nothing.</summary>
    public static void Forget(long* input) => SequenceWindow.Forget(Flow(input));

    public static void Clear(long* input) => new Span<long>(input + SelectBlock.InputState, SelectBlock.WordsPerInput - SelectBlock.InputState).Clear();

    /// <summary>Counts what is missing before this datagram. One that has no number says nothing.</summary>
    /// <param name="input">Of the input, in the block.</param>
    /// <returns>How many numbers it has.</returns>
    public int Take(long* input, byte* payload, int length)
    {
        switch (_kind)
        {
            case null:
                return 1;
            case SelectKeyKind.Rtp when RtpAnalyser.Recognises(payload, length):
                uint source = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(payload + 8, sizeof(uint)));
                Count(input, BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(payload + 2, sizeof(ushort))), 1, RtpMask, source);
                return 1;
            case SelectKeyKind.Sequence or SelectKeyKind.MoldUdp64 when length >= SequenceField.LeastLength(_field):
                (ulong number, int count) = SequenceField.Read(_field, payload);
                Count(input, number, count, ulong.MaxValue >> (64 - SequenceField.WidthOf(_field)), 0);
                return count;
            default:
                return 0;
        }
    }

    private static void Count(long* input, ulong number, int count, ulong mask, long identity)
    {
        long* flow = Flow(input);
        long before = flow[StreamBlock.Flow.Lost];
        if (flow[StreamBlock.Flow.Datagrams]++ == 0 || flow[StreamBlock.Flow.Identity] != identity)
            SequenceWindow.Begin(flow, number, count, mask);
        else
            SequenceWindow.Take(flow, number, count, mask);
        flow[StreamBlock.Flow.Identity] = identity;
        input[SelectBlock.InputLost] += flow[StreamBlock.Flow.Lost] - before;
    }

    private static long* Flow(long* input) => input + SelectBlock.InputState - StreamBlock.Flow.Identity;
}

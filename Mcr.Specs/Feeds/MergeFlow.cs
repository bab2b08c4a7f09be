using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

/// <summary>Streams from one sender to two inputs, datagram by datagram.</summary>
internal static class MergeFlow
{
    public const long Millisecond = MergeProbe.Millisecond;

    /// <summary>Between two datagrams: 10,000 a second.</summary>
    public const long Interval = Millisecond / 10;

    public static void Little(this MergeProbe probe, int input, long number) => probe.Take(input, MergePayload.Sequence(MergePayload.Little32, (ulong)number, number), number);

    public static MergeVerdict Rtp(this MergeProbe probe, int input, int index) => probe.Take(input, MergePayload.Rtp((ushort)(100 + index), 0x1000, index), index);

    public static void Mold(this MergeProbe probe, int input, int first, ushort count) => probe.Take(input, MergePayload.Mold((ulong)first, count, "S", first), first);

    /// <summary>Of the first flow of a spec.</summary>
    public static long Sent(long index) => (1_000_000 * Millisecond) + ((index + 1) * Interval);

    /// <summary>So many of both, or of one; input 1 is 5 ms behind.</summary>
    public static void Flow(this MergeProbe probe, int from, int count, Func<int, bool> has, Func<int, bool>? lost = null)
    {
        for (int i = from; i < from + count; i++)
        {
            probe.RunUntil(probe.Now + Interval);
            if (has(0) && lost?.Invoke(i) != true)
                probe.Rtp(0, i);
            if (has(1) && i - 50 >= from)
                probe.Rtp(1, i - 50);
        }

        for (int i = Math.Max(from, from + count - 50); has(1) && i < from + count; i++)
        {
            if (!has(0))
                probe.RunUntil(probe.Now + Interval);
            probe.Rtp(1, i);
        }

        probe.RunUntil(probe.Now + (120 * Millisecond));
    }
}

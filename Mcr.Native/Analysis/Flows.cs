using System.Runtime.CompilerServices;

namespace Mcr.Native.Analysis;

/// <summary>The flows of a block: who sends a stream, told apart by address, port and, of RTP, SSRC. Bounded. Loop thread only.</summary>
internal static unsafe class Flows
{
    private const long InUse = long.MinValue; // bit 63

    /// <summary>A flow that has been silent for so long gives its place to a new one; nanoseconds.</summary>
    private const long Silence = 5_000_000_000;

    /// <returns>null: it is not one of those that have a place.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long* FindKnown(long* block, in Arrival arrival, uint ssrc)
    {
        long identity = Identify(in arrival, ssrc);
        for (int i = 0; i < StreamBlock.FlowCapacity; i++)
        {
            long* flow = At(block, i);
            if (flow[StreamBlock.Flow.Identity] == identity && flow[StreamBlock.Flow.SourceLow] == (long)(ulong)arrival.Source && flow[StreamBlock.Flow.SourceHigh] == (long)(ulong)(arrival.Source >> 64))
                return flow;
        }

        return null;
    }

    /// <param name="isNew">It was not there before, and has no sequence yet.</param>
    /// <returns>null: there are as many as there can be; counted.</returns>
    public static long* Find(long* block, in Arrival arrival, uint ssrc, out bool isNew)
    {
        isNew = false;
        long* place = FindKnown(block, in arrival, ssrc);
        if (place != null)
            return place;
        for (int i = 0; i < StreamBlock.FlowCapacity; i++)
        {
            long* flow = At(block, i);
            if (flow[StreamBlock.Flow.Identity] == 0)
                place = place == null || place[StreamBlock.Flow.Identity] != 0 ? flow : place;
            else if (place == null && arrival.Time - flow[StreamBlock.Flow.LastArrival] > Silence)
                place = flow;
        }

        if (place == null)
        {
            block[StreamBlock.OtherFlowsWord]++;
            return null;
        }

        for (int i = 0; i < StreamBlock.Flow.Totals; i++)
            block[StreamBlock.GoneWord + i] += place[StreamBlock.Flow.Datagrams + i];
        Drop(place);
        place[StreamBlock.Flow.SourceHigh] = (long)(ulong)(arrival.Source >> 64);
        place[StreamBlock.Flow.SourceLow] = (long)(ulong)arrival.Source;
        place[StreamBlock.Flow.Identity] = Identify(in arrival, ssrc);
        isNew = true;
        return place;
    }

    public static long* At(long* block, int index) => block + StreamBlock.FirstFlowWord + (index * StreamBlock.Flow.Words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Identify(in Arrival arrival, uint ssrc) => InUse | ((long)arrival.SourcePort << 32) | ssrc;

    /// <summary>As if it had never been.</summary>
    public static void Drop(long* flow) => new Span<long>(flow, StreamBlock.Flow.Words).Clear();
}

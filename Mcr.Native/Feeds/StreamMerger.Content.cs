using Mcr.Native.Analysis;

namespace Mcr.Native.Feeds;

/// <content>Of payloads that say nothing of their place: there is no order, so nothing waits, and nobody knows what is missing.</content>
internal sealed unsafe partial class StreamMerger
{
    private MergeVerdict TakeByContent(long* input, in FeedDatagram datagram, long now)
    {
        ContentEntry* entry = _content!.Find(datagram.Payload, datagram.Length, datagram.Arrival, now);
        input[SelectBlock.Received]++;
        input[SelectBlock.HeardAt] = input[SelectBlock.GoodAt] = now;
        int brought = Math.Min(++entry->Brought[datagram.Input], (ushort)(ushort.MaxValue - 1));
        entry->Brought[datagram.Input] = (ushort)brought;
        if (brought > entry->Forwarded)
        {
            entry->Forwarded = (ushort)brought;
            CountWon(datagram.Input);
            return MergeVerdict.Forward;
        }

        input[SelectBlock.Duplicates]++;
        if (datagram.Arrival != 0 && entry->FirstArrival != 0)
            _block[SelectBlock.HistogramAt(datagram.Input) + LatencyHistogram.BucketOf(Math.Max(0, datagram.Arrival - entry->FirstArrival))]++;
        return MergeVerdict.Dropped;
    }
}

using Mcr.Native.Analysis;

namespace Mcr.Native.Feeds;

/// <content>Of payloads that say nothing of their place: there is no order, so nothing waits, and nobody knows what is missing.</content>
internal sealed unsafe partial class StreamMerger
{
    private const ushort MostForwarded = 60_000;

    private MergeVerdict TakeByContent(long* input, in FeedDatagram datagram, long now)
    {
        ContentEntry* entry = _content!.Find(datagram.Payload, datagram.Length, datagram.Arrival, now);
        input[SelectBlock.Received]++;
        input[SelectBlock.HeardAt] = input[SelectBlock.GoodAt] = now;
        if (entry->Forwarded >= MostForwarded)
            Shorten(entry);
        bool isNew = ++entry->Brought[datagram.Input] > entry->Forwarded;
        if (isNew || now - entry->ForwardedAt > 2 * _skew)
        {
            // What comes when nothing of it was forwarded for two skews is no copy of what was; this input had lost some.
            entry->Forwarded += isNew ? (ushort)1 : (ushort)0;
            entry->Brought[datagram.Input] = entry->Forwarded;
            entry->ForwardedAt = now;
            CountWon(datagram.Input);
            return MergeVerdict.Forward;
        }

        input[SelectBlock.Duplicates]++;
        if (datagram.Arrival != 0 && entry->FirstArrival != 0)
            _block[SelectBlock.HistogramAt(datagram.Input) + LatencyHistogram.BucketOf(Math.Max(0, datagram.Arrival - entry->FirstArrival))]++;
        return MergeVerdict.Dropped;
    }

    /// <summary>Counts of a payload that never ends go on from less.</summary>
    private static void Shorten(ContentEntry* entry)
    {
        entry->Forwarded -= MostForwarded / 2;
        for (int i = 0; i < Rules.SelectSettings.MaxInputs; i++)
            entry->Brought[i] = (ushort)Math.Max(0, entry->Brought[i] - (MostForwarded / 2));
    }
}

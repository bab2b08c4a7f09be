using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Analysis;

/// <summary>Where from and when: of each datagram that is analysed. Time in nanoseconds since 1970; 0: unknown.</summary>
internal readonly record struct Arrival(UInt128 Source, ushort SourcePort, long Time);

/// <summary>
/// Looks at the payloads of one rule and counts in its <see cref="StreamBlock"/>. Never changes a payload, never reads beyond its length, allocates nothing.
/// Loop thread only.
/// </summary>
internal static unsafe class PayloadAnalyser
{
    /// <summary>Datagrams of flows that find no place before those that have one are taken for noise: a dozen senders at once come to have theirs in order before.</summary>
    private const int MostUntold = 8 * RtpAnalyser.Probation;

    /// <summary>One datagram, or a merged run: each of its datagrams.</summary>
    /// <param name="segment">Bytes of each datagram of a run; 0 for a single one.</param>
    /// <returns>Whether it read MPEG-TS packets: the next payload's headers are worth fetching ahead.</returns>
    public static bool Analyse(long* block, in AnalysisSettings settings, byte* payload, int length, int segment, in Arrival arrival)
    {
        if (block[StreamBlock.TagWord] != settings.Tag)
            Restart(block, settings.Tag);
        bool mayBeRtp = settings.Kind is AnalysisKind.Auto or AnalysisKind.Rtp;
        int size = segment == 0 ? length : segment;
        byte* end = payload + length;
        do
        {
            if (mayBeRtp && (payload += RtpRun.Take(block, payload, (int)(end - payload), size, in arrival)) == end && length > 0)
                break;
            int bytes = (int)Math.Min(size, end - payload);
            One(block, in settings, payload, bytes, in arrival);
            payload += bytes;
        }
        while (payload < end);
        return (block[StreamBlock.SeenWord] & (long)PayloadKinds.TransportStream) != 0;
    }

    /// <summary>Flows may have been with another worker meanwhile: what is missing here has not been lost.</summary>
    /// <param name="since">Nanoseconds since 1970, not 0; told again, it changes nothing.</param>
    public static void TakeOver(long* block, long since)
    {
        if (block[StreamBlock.TakenOverWord] == since)
            return;
        block[StreamBlock.TakenOverWord] = since;
        for (int i = 0; i < StreamBlock.FlowCapacity; i++)
            SequenceWindow.Forget(Flows.At(block, i));
        TransportStreamAnalyser.Forget(block);
    }

    /// <summary>Its rule is not analysed any more.</summary>
    public static void Stop(long* block)
    {
        if (block[StreamBlock.TagWord] != 0)
            Restart(block, 0);
    }

    private static void One(long* block, in AnalysisSettings settings, byte* payload, int length, in Arrival arrival)
    {
        switch (settings.Kind)
        {
            case AnalysisKind.Auto:
                Recognise(block, payload, length, in arrival);
                break;
            case AnalysisKind.Rtp:
                Rtp(block, payload, length, in arrival, settings.ClockRate);
                break;
            case AnalysisKind.TransportStream:
                block[StreamBlock.SeenWord] |= (long)PayloadKinds.TransportStream;
                if (length < TransportStreamAnalyser.PacketSize)
                    block[StreamBlock.OpaqueWord]++;
                TransportStreamAnalyser.Analyse(block, payload, length);
                break;
            case AnalysisKind.Sequence:
                Sequence(block, settings.Parameters, payload, length, in arrival);
                break;
        }
    }

    /// <summary>A payload's first bytes lie in the line of its headers, so that looking at what it cannot be costs next to nothing.</summary>
    private static void Recognise(long* block, byte* payload, int length, in Arrival arrival)
    {
        if (TransportStreamAnalyser.Recognises(payload, length))
        {
            block[StreamBlock.SeenWord] |= (long)PayloadKinds.TransportStream;
            TransportStreamAnalyser.Analyse(block, payload, length);
        }
        else if (RtpAnalyser.Recognises(payload, length))
        {
            RecogniseRtp(block, payload, length, in arrival);
        }
        else
        {
            block[StreamBlock.OpaqueWord]++;
        }
    }

    private static void RecogniseRtp(long* block, byte* payload, int length, in Arrival arrival)
    {
        if ((block[StreamBlock.SeenWord] & (long)PayloadKinds.Rtp) != 0)
        {
            Rtp(block, payload, length, in arrival, 0);
            return;
        }

        // One byte in four looks like it: until some flow has had its numbers in order, nothing is believed.
        int offset = RtpAnalyser.Analyse(block, payload, length, in arrival, 0);
        if (offset < 0)
            return;
        if (TransportStreamAnalyser.Recognises(payload + offset, length - offset))
        {
            block[StreamBlock.SeenWord] |= (long)(PayloadKinds.Rtp | PayloadKinds.TransportStream); // which is proof enough
            TransportStreamAnalyser.Analyse(block, payload + offset, length - offset);
            return;
        }

        bool isFull = block[StreamBlock.OtherFlowsWord] > MostUntold;
        for (int i = 0; i < StreamBlock.FlowCapacity; i++)
        {
            long* flow = Flows.At(block, i);
            if (flow[StreamBlock.Flow.InOrder] >= RtpAnalyser.Probation)
                block[StreamBlock.SeenWord] |= (long)PayloadKinds.Rtp;
            isFull |= flow[StreamBlock.Flow.Datagrams] >= 2 * RtpAnalyser.Probation;
        }

        if (!isFull || (block[StreamBlock.SeenWord] & (long)PayloadKinds.Rtp) != 0)
            return;
        for (int i = 0; i < StreamBlock.FlowCapacity; i++)
        {
            block[StreamBlock.OpaqueWord] += Flows.At(block, i)[StreamBlock.Flow.Datagrams];
            Flows.Drop(Flows.At(block, i));
        }

        block[StreamBlock.OpaqueWord] += block[StreamBlock.OtherFlowsWord];
        block[StreamBlock.OtherFlowsWord] = 0;
        new Span<long>(block + StreamBlock.GoneWord, StreamBlock.Flow.Totals).Clear();
    }

    private static void Rtp(long* block, byte* payload, int length, in Arrival arrival, int clockRate)
    {
        int offset = RtpAnalyser.Analyse(block, payload, length, in arrival, clockRate);
        if (offset < 0)
            return;
        block[StreamBlock.SeenWord] |= (long)PayloadKinds.Rtp;
        if (!TransportStreamAnalyser.Recognises(payload + offset, length - offset))
            return;
        block[StreamBlock.SeenWord] |= (long)PayloadKinds.TransportStream;
        TransportStreamAnalyser.Analyse(block, payload + offset, length - offset);
    }

    private static void Sequence(long* block, ulong field, byte* payload, int length, in Arrival arrival)
    {
        int width = SequenceField.WidthOf(field);
        if (length < SequenceField.LeastLength(field))
        {
            block[StreamBlock.TooShortWord]++;
            return;
        }

        block[StreamBlock.SeenWord] |= (long)PayloadKinds.Sequence;
        (ulong number, int count) = SequenceField.Read(field, payload);
        long* flow = Flows.Find(block, in arrival, 0, out bool isNew);
        if (flow == null)
            return;
        flow[StreamBlock.Flow.Datagrams]++;
        if (arrival.Time != 0)
            flow[StreamBlock.Flow.LastArrival] = arrival.Time;
        ulong mask = ulong.MaxValue >> (64 - width);
        if (isNew)
            SequenceWindow.Begin(flow, number, count, mask);
        else
            SequenceWindow.Take(flow, number, count, mask);
    }

    /// <summary>It is to be analysed otherwise than before: what was counted means nothing now.</summary>
    private static void Restart(long* block, long tag)
    {
        new Span<long>(block, StreamBlock.LatencyWord).Clear();
        block[StreamBlock.TagWord] = tag;
    }
}

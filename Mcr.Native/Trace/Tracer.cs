using Mcr.Native.Egress;
using Mcr.Native.Packet;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Native.Trace;

/// <summary>
/// Writes what happens to sampled datagrams into the rings of the worker's slot. Records of a batch are published when it has been sent, with what
/// became of them. Loop thread only.
/// </summary>
internal sealed unsafe class Tracer(WorkerSlot slot)
{
    private readonly Ring[] _rings = new Ring[TraceLayout.Rings];

    /// <summary>Whether any rule is traced.</summary>
    public bool IsActive { get; private set; }

    /// <summary>Whether there are records to be published.</summary>
    public bool HasRecords { get; private set; }

    /// <summary>With the rules that name the rings.</summary>
    public void Use(IReadOnlyList<TraceSettings> traces)
    {
        IsActive = traces.Count > 0;
        for (int i = 0; i < traces.Count; i++)
        {
            TraceSettings settings = traces[i];
            ref Ring ring = ref _rings[settings.Ring];
            long* words = slot.Words + SlotLayout.TracesOffset + (settings.Ring * TraceLayout.Words);
            if (words[TraceLayout.SessionWord] != settings.Session)
            {
                words[TraceLayout.HeadWord] = 0;
                words[TraceLayout.SeenWord] = 0;
                Volatile.Write(ref words[TraceLayout.SessionWord], settings.Session);
                ring = default;
                ring.UntilNext = 1; // the first one is taken
            }
            else if (ring.Session != settings.Session)
            {
                ring = default; // another worker's, which goes on here
                ring.Written = ring.Published = words[TraceLayout.HeadWord];
                ring.UntilNext = 1;
            }

            ring.Words = words;
            ring.Session = settings.Session;
            ring.Every = settings.Every;
            ring.Limit = settings.Limit;
            ring.Snap = settings.Snap;
            ring.Until = settings.Until;
        }
    }

    /// <summary>A frame of a rule that is traced: which of its datagrams are to be recorded, if any.</summary>
    /// <param name="first">From 0.</param>
    /// <returns>How many, from <paramref name="first"/> on.</returns>
    public int Sample(int ringNumber, int datagrams, long arrival, out int first)
    {
        ref Ring ring = ref _rings[ringNumber];
        ring.Words[TraceLayout.SeenWord] += datagrams;
        first = 0;
        if (ring.UntilNext > datagrams)
        {
            ring.UntilNext -= datagrams;
            return 0;
        }

        if (arrival > ring.Until || (ring.Limit > 0 && ring.Written >= ring.Limit))
            return 0;
        first = ring.UntilNext - 1;
        int count = 1;
        if (ring.Every == 1)
        {
            int room = TraceLayout.Records - (int)(ring.Written % TraceLayout.Records); // in one piece
            count = Math.Min(datagrams, ring.Limit > 0 ? Math.Min(room, (int)(ring.Limit - ring.Written)) : room);
        }
        else
        {
            ring.UntilNext = ring.Every - ((datagrams - 1 - first) % ring.Every);
        }

        return count;
    }

    /// <summary>Records so many datagrams of a frame.</summary>
    /// <param name="payload">Of the first datagram of the frame.</param>
    /// <returns>Where the outcome at the rule's first output is noted; the others follow.</returns>
    public byte* Record(int ringNumber, in RuleEntry rule, in ParsedFrame frame, long arrival, byte* payload, int first, int count)
    {
        ref Ring ring = ref _rings[ringNumber];
        byte* notes = null;
        int size = frame.SegmentSize > 0 ? frame.SegmentSize : frame.PayloadLength;
        for (int i = first; i < first + count; i++)
        {
            int length = Math.Min(size, frame.PayloadLength - (i * size));
            TraceRecord* record = Next(ref ring, in frame, arrival);
            record->Number = ring.Words[TraceLayout.SeenWord] - frame.Datagrams + i;
            record->Reason = (byte)DropReason.None;
            record->Outputs = (byte)rule.OutputCount;
            record->Length = length;
            record->Captured = Math.Min(length, ring.Snap);
            Buffer.MemoryCopy(payload + ((long)i * size), (byte*)record + TraceLayout.PayloadOffset, TraceLayout.MaxSnap, record->Captured);
            byte* note = (byte*)record + TraceLayout.OutcomesOffset;
            new Span<byte>(note, ForwardingRule.MaxOutputs).Clear();
            notes = notes == null ? note : notes;
        }

        return notes;
    }

    /// <summary>A frame to a rule's input that is not relayed, if it is one that is sampled.</summary>
    public void RecordDrop(int ringNumber, in ParsedFrame frame, long arrival, DropReason reason)
    {
        if (Sample(ringNumber, 1, arrival, out _) == 0)
            return;
        ref Ring ring = ref _rings[ringNumber];
        TraceRecord* record = Next(ref ring, in frame, arrival);
        record->Number = ring.Words[TraceLayout.SeenWord] - 1;
        record->Reason = (byte)reason;
        record->Outputs = 0;
        record->Length = frame.PayloadLength;
        record->Captured = 0;
    }

    /// <summary>The batch has been sent.</summary>
    /// <param name="now">Nanoseconds since 1970.</param>
    public void Publish(long now)
    {
        HasRecords = false;
        foreach (ref Ring ring in _rings.AsSpan())
        {
            if (ring.Words == null || ring.Published == ring.Written)
                continue;
            for (long n = Math.Max(ring.Published, ring.Written - TraceLayout.Records); n < ring.Written; n++)
            {
                TraceRecord* record = At(in ring, n);
                record->Sent = now;
                Volatile.Write(ref record->Guard, n);
            }

            ring.Published = ring.Written;
            Volatile.Write(ref ring.Words[TraceLayout.HeadWord], ring.Written);
        }
    }

    private TraceRecord* Next(ref Ring ring, in ParsedFrame frame, long arrival)
    {
        TraceRecord* record = At(in ring, ring.Written++);
        Volatile.Write(ref record->Guard, -1);
        record->Arrival = arrival;
        record->Sent = 0;
        record->Source = frame.Source;
        record->Destination = frame.Destination;
        record->SourcePort = frame.SourcePort;
        record->DestinationPort = frame.DestinationPort;
        record->Ttl = frame.Ttl;
        record->Tos = frame.Tos;
        HasRecords = true;
        return record;
    }

    private static TraceRecord* At(in Ring ring, long number) =>
        (TraceRecord*)(ring.Words + TraceLayout.HeaderWords) + (number % TraceLayout.Records);

    private struct Ring
    {
        public long* Words;
        public long Session;
        public long Written;
        public long Published;
        public long Until;
        public int Every;
        public int Limit;
        public int Snap;

        /// <summary>The datagram that is so many from here is recorded, from 1.</summary>
        public int UntilNext;
    }
}

using System.Runtime.CompilerServices;
using Mcr.Native.Egress;
using Mcr.Native.Interop;
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
    public void Use(TraceSettings[] traces)
    {
        IsActive = traces.Length > 0;
        for (int i = 0; i < traces.Length; i++)
        {
            TraceSettings settings = traces[i];
            ref Ring ring = ref _rings[settings.Ring];
            long* words = slot.Words + SlotLayout.TracesOffset + (settings.Ring * TraceLayout.Words);
            if (words[TraceLayout.SessionWord] != settings.Session)
            {
                words[TraceLayout.SessionWord] = 0;
                Volatile.WriteBarrier(); // who reads for an earlier one and sees any of what follows, sees that it has ended
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

    /// <summary>A frame of a rule that is traced: which of its datagrams are to be recorded, if any, as for nearly all there are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TraceSample Sample(int ringNumber, int datagrams, long arrival)
    {
        ref Ring ring = ref _rings[ringNumber];
        ring.Words[TraceLayout.SeenWord] += datagrams;
        return (ring.UntilNext -= datagrams) > 0 ? default : Choose(ref ring, datagrams, arrival);
    }

    /// <summary>The next one that is to be recorded is in this frame.</summary>
    private static TraceSample Choose(ref Ring ring, int datagrams, long arrival)
    {
        int first = ring.UntilNext + datagrams - 1;
        int behind = datagrams - 1 - first;
        ring.UntilNext = ring.Every - (behind % ring.Every);
        long room = TraceLayout.Records - (ring.Written - ring.Published); // what is not published yet must not be overwritten
        if (ring.Limit > 0)
            room = Math.Min(room, ring.Limit - ring.Written);
        if (room <= 0 || (arrival != 0 ? arrival : WallClock.Nanoseconds) > ring.Until)
            return default;
        return new TraceSample(first, ring.Every, (int)Math.Min(room, 1 + (behind / ring.Every)));
    }

    /// <summary>Records those datagrams of a frame.</summary>
    /// <param name="payload">Of the first datagram of the frame.</param>
    /// <returns>Where the outcomes at the rule's first output are noted; a byte further those at the next.</returns>
    public OutcomeMarks Record(int ringNumber, int outputs, in ParsedFrame frame, long arrival, byte* payload, TraceSample sample)
    {
        ref Ring ring = ref _rings[ringNumber];
        var marks = new OutcomeMarks
        {
            Ring = (byte*)At(in ring, 0) + TraceLayout.OutcomesOffset,
            Place = (int)(ring.Written % TraceLayout.Records),
            First = sample.First,
            Step = sample.Step,
            Count = sample.Count,
        };
        for (int n = 0; n < sample.Count; n++)
        {
            int index = sample.First + (n * sample.Step);
            TraceRecord* record = Next(ref ring, in frame, arrival, index);
            record->Reason = (byte)DropReason.None;
            record->Outputs = (byte)outputs;
            record->Captured = Math.Min(record->Length, ring.Snap);
            Buffer.MemoryCopy(payload + ((long)index * frame.SegmentSize), (byte*)record + TraceLayout.PayloadOffset, TraceLayout.MaxSnap, record->Captured);
            new Span<byte>((byte*)record + TraceLayout.OutcomesOffset, ForwardingRule.MaxOutputs).Clear();
        }

        return marks;
    }

    /// <summary>A frame to a rule's input that is not relayed: those of its datagrams that are sampled.</summary>
    public void RecordDrop(int ringNumber, in ParsedFrame frame, long arrival, DropReason reason)
    {
        TraceSample sample = Sample(ringNumber, frame.Datagrams, arrival);
        ref Ring ring = ref _rings[ringNumber];
        for (int n = 0; n < sample.Count; n++)
        {
            TraceRecord* record = Next(ref ring, in frame, arrival, sample.First + (n * sample.Step));
            record->Reason = (byte)reason;
            record->Outputs = 0;
            record->Captured = 0;
        }
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
            for (long n = ring.Published; n < ring.Written; n++)
            {
                TraceRecord* record = At(in ring, n);
                record->Sent = now;
                Volatile.Write(ref record->Guard, n);
            }

            ring.Published = ring.Written;
            Volatile.Write(ref ring.Words[TraceLayout.HeadWord], ring.Written);
        }
    }

    /// <param name="index">Among the datagrams of the frame.</param>
    private TraceRecord* Next(ref Ring ring, in ParsedFrame frame, long arrival, int index)
    {
        TraceRecord* record = At(in ring, ring.Written++);
        Volatile.Write(ref record->Guard, -1);
        Volatile.WriteBarrier(); // who sees any of what follows sees that, too
        record->Arrival = arrival;
        record->Sent = 0;
        record->Source = frame.Source;
        record->Destination = frame.Destination;
        record->SourcePort = frame.SourcePort;
        record->DestinationPort = frame.DestinationPort;
        record->Ttl = frame.Ttl;
        record->Tos = frame.Tos;
        record->Length = frame.SegmentSize == 0 ? frame.PayloadLength : Math.Min(frame.SegmentSize, frame.PayloadLength - (index * frame.SegmentSize));
        record->Number = ring.Words[TraceLayout.SeenWord] - frame.Datagrams + index;
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

/// <summary>Datagrams of one frame that are recorded.</summary>
/// <param name="First">From 0.</param>
/// <param name="Step">From one to the next.</param>
/// <param name="Count">How many; 0 for none.</param>
internal readonly record struct TraceSample(int First, int Step, int Count);

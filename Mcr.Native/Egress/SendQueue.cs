using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mcr.Native.Interop;
using Mcr.Native.Legs;

namespace Mcr.Native.Egress;

/// <summary>
/// Datagrams of one batch, waiting to be sent: payloads stay where they were received, a list for each output keeps their order, and
/// what is equal and consecutive in it leaves as one train. Memory is bounded and allocated once. Loop thread only.
/// </summary>
internal sealed unsafe class SendQueue : IDisposable
{
    /// <summary>Datagrams (or merged runs) waiting at most; a fuller queue is flushed early, which only costs system calls.</summary>
    public const int Capacity = 4096;

    private readonly Pending* _pending = (Pending*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Pending));
    private readonly OutputTable.SocketQueue** _waiting = (OutputTable.SocketQueue**)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(nint)); // in order of first use
    private readonly byte* _headers = (byte*)NativeMemory.AllocZeroed(Capacity, LegHeader.Size); // one for each that waits; untouched pages cost nothing
    private readonly OutputState* _states = (OutputState*)NativeMemory.AllocZeroed(EgressCounters.Capacity, (nuint)sizeof(OutputState)); // untouched pages cost nothing
    private readonly Sender _sender;
    private readonly Pacer _pacer;
    private readonly IDatagramSink _sink;
    private readonly EgressCounters _counters;
    private readonly long* _legs;
    private readonly Func<bool> _isLate;
    private OutputTable _table = OutputTable.Empty; // keeps alive what the pointer points to
    private OutputTable.Entry* _entries = OutputTable.Empty.Entries;
    private int _count;
    private int _waitingCount;
    private long _now; // of this batch; 0 when nobody has asked for it

    /// <param name="legs">The first output entry's <see cref="LegSender"/>; null where no output begins a leg.</param>
    /// <param name="isLate">Asked before anything is sent: the loop has stood still, so what belongs to redundant rules is dropped. null: it never has.</param>
    public SendQueue(IDatagramSink sink, EgressCounters counters, bool segmentation, long* legs = null, Func<bool>? isLate = null)
    {
        _legs = legs;
        _isLate = isLate ?? (static () => false);
        _sink = sink;
        _counters = counters;
        _sender = new Sender(sink, counters, segmentation);
        _pacer = new Pacer(_sender);
    }

    /// <summary>When <see cref="SendDue"/> has something to send, in nanoseconds of CLOCK_MONOTONIC; long.MaxValue when nothing waits.</summary>
    public long NextDue => _pacer.NextDue;

    /// <summary>Outputs are indexes of this table from now on. Only between flush and queue.</summary>
    public void Use(OutputTable table)
    {
        SendDue(long.MaxValue); // what waits belongs to outputs of the old table
        _table = table;
        _entries = table.Entries;
    }

    /// <summary>Queues one datagram, or a merged run, for one output; or counts why not.</summary>
    public void Queue(int output, in Datagram datagram)
    {
        OutputTable.Entry* entry = _entries + output;
        int length = datagram.Length;
        if ((entry->DecrementsTtl || entry->RateLimit > 0) && (length = Admit(entry, in datagram)) < 0)
            return;
        if (entry->IsLeg)
        {
            QueueWithHeaders(entry, in datagram, length);
            return;
        }

        Pending* pending = Add(entry, in datagram);
        pending->Payload = datagram.Payload;
        pending->Length = length;
        pending->Segment = datagram.Segment < length ? datagram.Segment : 0;
        pending->Header = null;
        pending->HeaderLength = 0;
        pending->Marks.Count = datagram.Marks.Count;
        if (datagram.Marks.Count > 0)
            pending->Marks = datagram.Marks;
    }

    /// <summary>
    /// A leg begins here: each datagram of a run gets a header of its own. The wall clock is looked at once for the run, some 25 ns where each header takes hundreds; what it is off by for the last ones
    /// is of the order of what they wait for the flush.
    /// </summary>
    /// <param name="admitted">Bytes of payload that may leave.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void QueueWithHeaders(OutputTable.Entry* entry, in Datagram datagram, int admitted)
    {
        LegSender* sender = LegSender.At(_legs, entry->Counter);
        int size = datagram.Segment > 0 ? datagram.Segment : datagram.Length;
        long now = WallClock.Nanoseconds;
        int offset = 0;
        int number = 0;
        do
        {
            int length = Math.Min(size, admitted - offset);
            byte* payload = datagram.Payload + offset;
            byte* header = _headers + (NextPlace() * LegHeader.Size);
            OutcomeMarks marks = datagram.Marks.OfOne(number++);
            EgressError reason = length > entry->LegPayload ? EgressError.TooLong : EgressError.Other; // the latter: no such leg, or all its numbers are used up
            if (reason == EgressError.TooLong || !sender->TryWrite(new Span<byte>(header, LegHeader.Size), new ReadOnlySpan<byte>(payload, length), now, in entry->LegKeys, entry->LegWhole))
            {
                _counters.CountErrors(entry->Counter, 1, reason);
                marks.Set(0, 1, OutcomeMarks.Of(reason));
            }
            else
            {
                Pending* pending = Add(entry, in datagram);
                pending->Payload = payload;
                pending->Length = length;
                pending->Segment = 0;
                pending->Header = header;
                pending->HeaderLength = LegHeader.Size;
                pending->Marks = marks;
            }

            offset += size;
        }
        while (offset < admitted);
    }

    /// <summary>That <see cref="Add"/> uses next; makes room where there is none.</summary>
    private int NextPlace()
    {
        if (_count == Capacity)
            Flush();
        return _count;
    }

    /// <summary>One more at the end of the output's list, without what is sent, which the caller writes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Pending* Add(OutputTable.Entry* entry, in Datagram datagram)
    {
        Pending* pending = _pending + NextPlace();
        _count++;
        pending->Arrival = datagram.Arrival;
        pending->Tos = (byte)((datagram.Tos & entry->TosMask) | entry->TosValue);
        pending->Ttl = entry->DecrementsTtl ? (byte)(datagram.Ttl - 1) : entry->Ttl;
        pending->Next = null;
        if (entry->KeepsSource)
        {
            pending->Source = datagram.Source;
            pending->SourcePort = datagram.SourcePort;
        }

        if (entry->IsMapped)
        {
            pending->HostPart = datagram.HostPart;
            pending->PortOffset = datagram.PortOffset;
        }

        if (entry->First != null)
            entry->Last->Next = pending;
        else
            Enlist(entry, pending);
        entry->Last = pending;
        return pending;
    }

    /// <summary>Gives everything to the kernel. What it refuses is counted; only what is paced waits for <see cref="SendDue"/>.</summary>
    public void Flush()
    {
        bool isLate = _isLate();
        for (int i = 0; i < _waitingCount; i++)
        {
            OutputTable.SocketQueue* socket = _waiting[i];
            for (OutputTable.Entry* entry = socket->FirstWaiting; entry != null; entry = entry->NextWaiting)
            {
                if (isLate && entry->IsRedundant)
                    Drop(entry);
                else if (entry->IsPaced)
                    _pacer.Take(entry, _states + entry->Counter, Now());
                else
                    _sender.Add(entry, entry->First, 0);
                entry->First = entry->Last = null;
            }

            _sender.Flush();
            socket->FirstWaiting = socket->LastWaiting = null;
        }

        if (_pacer.NextDue <= _now)
            _pacer.SendDue(_now);
        _waitingCount = 0;
        _count = 0;
        _now = 0;
    }

    /// <summary>Sends what is due by now. To be called when <see cref="NextDue"/> has come; a little late costs nothing but evenness.</summary>
    /// <param name="now">Nanoseconds of CLOCK_MONOTONIC; long.MaxValue for all that waits.</param>
    public void SendDue(long now) => _pacer.SendDue(now);

    /// <summary>The loop has stood still: what is paced and belongs to redundant rules is dropped.</summary>
    public void DropLate() => _pacer.DropLate(_counters);

    public void Dispose()
    {
        NativeMemory.Free(_pending);
        NativeMemory.Free(_waiting);
        NativeMemory.Free(_headers);
        NativeMemory.Free(_states);
        _sender.Dispose();
        _pacer.Dispose();
    }

    private void Drop(OutputTable.Entry* entry)
    {
        for (Pending* p = entry->First; p != null; p = p->Next)
        {
            _counters.CountErrors(entry->Counter, p->Datagrams, EgressError.Stale);
            p->Marks.Set(0, int.MaxValue, OutcomeMarks.Of(EgressError.Stale));
        }
    }

    /// <summary>The first datagram of this batch for this output; perhaps for its socket, too.</summary>
    private void Enlist(OutputTable.Entry* entry, Pending* pending)
    {
        entry->First = pending;
        entry->NextWaiting = null;
        OutputTable.SocketQueue* socket = entry->Socket;
        if (socket->LastWaiting != null)
        {
            socket->LastWaiting->NextWaiting = entry;
        }
        else
        {
            socket->FirstWaiting = entry;
            _waiting[_waitingCount++] = socket;
        }

        socket->LastWaiting = entry;
    }

    /// <returns>How much of the datagram or run may leave, in bytes of payload; -1 for nothing.</returns>
    private int Admit(OutputTable.Entry* entry, in Datagram datagram)
    {
        int size = datagram.Segment > 0 ? datagram.Segment : datagram.Length;
        int whole = size > 0 ? datagram.Length / size : 1;
        int rest = size > 0 ? datagram.Length % size : 0;
        if (entry->DecrementsTtl && datagram.Ttl <= 1)
        {
            _counters.CountErrors(entry->Counter, whole + (rest > 0 ? 1 : 0), EgressError.TtlExpired);
            datagram.Marks.Set(0, int.MaxValue, OutcomeMarks.Of(EgressError.TtlExpired));
            return -1;
        }

        if (entry->RateLimit == 0)
            return datagram.Length;
        OutputState* state = _states + entry->Counter;
        int admitted = state->Admit(Now(), entry->RateLimit, (size + entry->Overhead) * 8, whole);
        bool isRestAdmitted = rest > 0 && admitted == whole && state->Admit(_now, entry->RateLimit, (rest + entry->Overhead) * 8, 1) == 1;
        int refused = whole - admitted + (rest > 0 && !isRestAdmitted ? 1 : 0);
        if (refused > 0)
        {
            _counters.CountErrors(entry->Counter, refused, EgressError.RateLimit);
            datagram.Marks.Set(admitted, int.MaxValue, OutcomeMarks.Of(EgressError.RateLimit)); // what leaves all the same is marked once more
        }

        if (admitted == 0 && !isRestAdmitted)
            return -1;
        return isRestAdmitted ? datagram.Length : admitted * size;
    }

    /// <summary>One look at the clock a batch, and none where no output asks.</summary>
    private long Now() => _now != 0 ? _now : _now = _sink.Now;
}

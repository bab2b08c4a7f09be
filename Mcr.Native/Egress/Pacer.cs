using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mcr.Native.Egress;

/// <summary>
/// Spreads the datagrams of a batch over the time in which they arrived, so that a train does not leave as one. They are copied (what was
/// received is given back meanwhile) into a bounded number of places; where there is none left, or a datagram is longer than a place, what waits is
/// sent at once: nothing is ever dropped for the sake of evenness, and nothing waits longer than <see cref="MaxSpread"/>. Other outputs
/// do not wait at all. Loop thread only.
/// </summary>
internal sealed unsafe class Pacer(Sender sender) : IDisposable
{
    /// <summary>Nanoseconds over which one batch is spread at most.</summary>
    public const long MaxSpread = 1_000_000;

    /// <summary>Bursts waiting at most, and bytes of each: 4.5 MiB together, used only by those who pace.</summary>
    public const int Places = 512;

    public const int PlaceSize = 9216;

    private readonly byte* _bytes = (byte*)NativeMemory.AllocZeroed(Places, PlaceSize);
    private readonly Waiting* _places = (Waiting*)NativeMemory.AllocZeroed(Places, (nuint)sizeof(Waiting));
    private readonly PriorityQueue _queue = new(Places);
    private readonly int[] _free = [.. Enumerable.Range(0, Places)];
    private int _freeCount = Places;

    public long NextDue => _queue.FirstKey;

    /// <summary>Takes what an output has waiting in this batch.</summary>
    /// <param name="now">The first burst is due now.</param>
    public void Take(OutputTable.Entry* output, OutputState* state, long now)
    {
        long spread = Spread(output, now - state->PacedAt);
        state->PacedAt = now;
        int total = 0;
        for (Pending* p = output->First; p != null; p = p->Next)
            total += p->Datagrams;

        int sent = 0;
        int offset = 0;
        Pending* at = output->First;
        while (at != null)
        {
            int size = at->Size + at->HeaderLength;
            int burst = Math.Min(output->MaxTrain, Math.Max(1, PlaceSize / Math.Max(1, size)));
            int datagrams = Math.Min(burst, ((at->Length - offset + Math.Max(1, at->Size) - 1) / Math.Max(1, at->Size)));
            datagrams = Math.Max(1, datagrams); // an empty one
            if (_freeCount == 0 || size > PlaceSize)
            {
                SendDue(long.MaxValue);
                sender.Add(output, at, offset); // the rest of the batch, behind what was before it
                return;
            }

            state->LastDue = Math.Max(state->LastDue + 1, now + (spread * sent / total)); // in order, whatever the clock
            at->Marks.Set(offset / Math.Max(1, at->Size), (offset / Math.Max(1, at->Size)) + datagrams, OutcomeMarks.Paced);
            Put(output, at, offset, datagrams, state->LastDue);
            sent += datagrams;
            offset += datagrams * at->Size;
            if (offset < at->Length)
                continue;
            at = at->Next;
            offset = 0;
        }
    }

    /// <summary>All that waits is late by now: what belongs to redundant rules is dropped, and the rest sent.</summary>
    public void DropLate(EgressCounters counters)
    {
        while (_queue.Count > 0)
        {
            int place = _queue.Pop();
            Waiting* waiting = _places + place;
            if (waiting->Output->IsRedundant)
                counters.CountErrors(waiting->Output->Counter, waiting->Pending.Datagrams, EgressError.Stale);
            else
                sender.Add(waiting->Output, &waiting->Pending, 0);
            _free[_freeCount++] = place;
        }

        sender.Flush();
    }

    public void SendDue(long now)
    {
        if (_queue.FirstKey > now)
            return;
        while (_queue.FirstKey <= now && _queue.Count > 0)
        {
            int place = _queue.Pop();
            sender.Add(_places[place].Output, &_places[place].Pending, 0);
            _free[_freeCount++] = place; // its bytes stay until something is put there, and nothing is before we have sent
        }

        sender.Flush();
    }

    public void Dispose()
    {
        NativeMemory.Free(_bytes);
        NativeMemory.Free(_places);
    }

    /// <summary>The time in which the batch arrived, as the kernel saw it, or else since the last one.</summary>
    private static long Spread(OutputTable.Entry* output, long sinceLast)
    {
        long seen = output->First->Arrival != 0 ? output->Last->Arrival - output->First->Arrival : 0;
        return Math.Clamp(seen > 0 ? seen : sinceLast, 0, MaxSpread);
    }

    /// <summary>Copies so many datagrams, or one with the header of ours in front of it.</summary>
    private void Put(OutputTable.Entry* output, Pending* from, int offset, int datagrams, long due)
    {
        int place = _free[--_freeCount];
        byte* header = _bytes + ((long)place * PlaceSize);
        byte* payload = header + from->HeaderLength;
        int length = Math.Min(datagrams * from->Size, from->Length - offset);
        Debug.Assert(from->HeaderLength + length <= PlaceSize, "a burst is made to fit its place");
        Buffer.MemoryCopy(from->Header, header, PlaceSize, from->HeaderLength);
        Buffer.MemoryCopy(from->Payload + offset, payload, PlaceSize - from->HeaderLength, length);
        Waiting* waiting = _places + place;
        waiting->Output = output;
        waiting->Pending = *from;
        waiting->Pending.Payload = payload;
        waiting->Pending.Header = header;
        waiting->Pending.Length = length;
        waiting->Pending.Segment = datagrams > 1 ? from->Size : 0;
        waiting->Pending.Next = null;
        waiting->Pending.Marks = default; // who wants to know does not wait for it
        _queue.Push(due, place);
    }

    private struct Waiting
    {
        public OutputTable.Entry* Output;
        public Pending Pending;
    }
}

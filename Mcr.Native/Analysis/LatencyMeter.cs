using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Native.Analysis;

/// <summary>
/// How long the datagrams of a batch took from the kernel's time of their arrival until they were sent: noted when they are queued, counted when the batch has
/// been flushed, with one look at the clock. What an output paces counts as sent when it is handed to the pacer. Loop thread only.
/// </summary>
internal sealed unsafe class LatencyMeter : IDisposable
{
    private const int Capacity = 256; // notes: frames of a batch, and what reassembly adds

    private readonly Note* _notes = (Note*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Note));
    private int _count;

    /// <param name="block">Of the rule, see <see cref="StreamBlock"/>.</param>
    /// <param name="arrival">Nanoseconds since 1970; known.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long* block, long arrival, int datagrams)
    {
        if (_count == Capacity)
            Settle(WallClock.Nanoseconds);
        Note* note = _notes + _count++;
        note->Histogram = block + StreamBlock.LatencyWord;
        note->Arrival = arrival;
        note->Datagrams = datagrams;
    }

    public bool HasNotes => _count > 0;

    /// <summary>What was noted has been sent.</summary>
    /// <param name="now">Nanoseconds since 1970.</param>
    public void Settle(long now)
    {
        for (int i = 0; i < _count; i++)
        {
            Note* note = _notes + i;
            note->Histogram[LatencyHistogram.BucketOf(now - note->Arrival)] += note->Datagrams;
        }

        _count = 0;
    }

    public void Dispose() => NativeMemory.Free(_notes);

    private struct Note
    {
        public long* Histogram;
        public long Arrival;
        public int Datagrams;
    }
}

using System.Runtime.InteropServices;
using Mcr.Native.Packet;

namespace Mcr.Native.Feeds;

internal enum HeldState : byte
{
    Free,

    /// <summary>Waits for a number of the stream that is forwarded.</summary>
    Waiting,

    /// <summary>Of a stream that may be the next one.</summary>
    Apart,

    /// <summary>Its turn has come: <see cref="HeldDatagrams.TryNext"/> gives it.</summary>
    Ready,

    /// <summary>Given; free with the next release.</summary>
    Given,
}

/// <summary>A datagram that waits.</summary>
internal struct HeldDatagram
{
    /// <summary>Its payload and its frame are copies.</summary>
    public FeedDatagram Datagram;

    public ParsedFrame Frame;

    /// <summary>Its numbers: the first, and behind the last.</summary>
    public long Number;

    public long End;

    /// <summary>Since when it waits, boot clock, nanoseconds.</summary>
    public long Since;

    /// <summary>How many numbers had been brought in turn when it began to wait.</summary>
    public long DirectBefore;

    /// <summary>Where its bytes end in the ring.</summary>
    public long BytesEnd;

    /// <summary>The one that is given behind it, or that its input has brought behind it while it is apart, plus 1.</summary>
    public int Next;

    public HeldState State;
}

/// <summary>
/// Datagrams that wait, with copies of their payloads: two rings, of bytes and of entries, in the order in which they came; what was freed behind one that still waits is used again
/// when that one is gone. Memory is allocated once and untouched pages cost nothing. Loop thread only.
/// </summary>
internal sealed unsafe class HeldDatagrams : IDisposable
{
    public const int MaxEntries = 65_536;

    private readonly byte* _bytes;
    private readonly long _size;
    private readonly HeldDatagram* _entries = (HeldDatagram*)NativeMemory.AllocZeroed(MaxEntries, (nuint)sizeof(HeldDatagram));
    private long _first; // of the entries in use; places are these modulo MaxEntries
    private long _end;
    private long _bytesFirst; // likewise, of the ring of bytes
    private long _bytesEnd;
    private int _firstReady; // plus 1
    private int _lastReady;
    private int _given; // plus 1; a chain, too

    public HeldDatagrams(int bytes)
    {
        _size = bytes;
        _bytes = (byte*)NativeMemory.Alloc((nuint)bytes);
    }

    public HeldDatagram* this[int entry] => _entries + entry;

    public bool HasReady => _firstReady != 0;

    /// <summary>The entries in use, for whoever looks at all: from <paramref name="first"/> to before <paramref name="end"/>, see <see cref="PlaceOf"/>.</summary>
    public void Range(out long first, out long end) => (first, end) = (_first, _end);

    public static int PlaceOf(long at) => (int)(at & (MaxEntries - 1));

    /// <summary>The one that came first of those that are not free; -1: all are.</summary>
    public int Oldest => _first == _end ? -1 : PlaceOf(_first);

    /// <returns>The entry of the copy; -1: there is no room.</returns>
    public int TryAdd(in FeedDatagram datagram, long since, long number, long end, HeldState state)
    {
        if (_first == _end)
            (_bytesFirst, _bytesEnd) = (0, 0); // the same pages again
        long start = _bytesEnd;
        if ((start % _size) + datagram.Length > _size)
            start += _size - (start % _size); // a payload does not go round
        if (_end - _first == MaxEntries || start + datagram.Length - _bytesFirst > _size)
            return -1;
        int place = PlaceOf(_end++);
        HeldDatagram* entry = _entries + place;
        byte* copy = _bytes + (start % _size);
        Buffer.MemoryCopy(datagram.Payload, copy, datagram.Length, datagram.Length);
        entry->Datagram = datagram;
        entry->Datagram.Payload = copy;
        entry->Frame = *datagram.Frame;
        entry->Datagram.Frame = &entry->Frame;
        entry->Number = number;
        entry->End = end;
        entry->Since = since;
        entry->BytesEnd = _bytesEnd = start + datagram.Length;
        entry->Next = 0;
        entry->State = state;
        return place;
    }

    /// <summary>It is given behind all that are ready already.</summary>
    public void MakeReady(int place)
    {
        _entries[place].State = HeldState.Ready;
        _entries[place].Next = 0;
        if (_firstReady == 0)
            _firstReady = place + 1;
        else
            _entries[_lastReady].Next = place + 1;
        _lastReady = place;
    }

    /// <summary>Nobody wants it.</summary>
    public void Drop(int place)
    {
        _entries[place].State = HeldState.Free;
        Trim();
    }

    public bool TryNext(out FeedDatagram datagram)
    {
        if (_firstReady == 0)
        {
            datagram = default;
            return false;
        }

        HeldDatagram* entry = _entries + _firstReady - 1;
        (int place, _firstReady) = (_firstReady, entry->Next);
        entry->State = HeldState.Given;
        entry->Next = _given;
        _given = place;
        datagram = entry->Datagram;
        return true;
    }

    /// <summary>Nobody looks any more at what was given.</summary>
    public void Release()
    {
        if (_given == 0)
            return;
        for (; _given != 0; _given = _entries[_given - 1].Next)
            _entries[_given - 1].State = HeldState.Free;
        Trim();
    }

    public void Dispose()
    {
        NativeMemory.Free(_bytes);
        NativeMemory.Free(_entries);
    }

    private void Trim()
    {
        while (_first < _end && _entries[PlaceOf(_first)].State == HeldState.Free)
            _bytesFirst = _entries[PlaceOf(_first++)].BytesEnd;
    }
}

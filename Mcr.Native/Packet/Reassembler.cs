using System.Runtime.InteropServices;

namespace Mcr.Native.Packet;

/// <summary>
/// Puts IP fragments together, IPv4 and IPv6 by the same strict manners (RFC 5722, RFC 8200 4.5): a fragment that came twice is ignored,
/// anything else that overlaps or contradicts condemns the datagram, and what is left of it is swallowed until its time is over. Every
/// datagram comes to exactly one end: whole, dropped with a reason, timed out, or displaced. Memory is bounded and taken once; pages that
/// no fragment reached are never touched. One thread.
/// </summary>
public sealed class Reassembler
{
    /// <summary>Datagrams under way at once.</summary>
    public const int Capacity = 64;

    /// <summary>Whole ones that wait for the flush, besides: a receive batch has no more frames than this.</summary>
    private const int MaxWhole = 64;

    private const int Slots = Capacity + MaxWhole;

    /// <summary>The longest IP packet without a jumbo option, header included.</summary>
    private const int MaxPacket = 65_535;

    private const int Block = 8;
    private const int DataWords = 64 * 1024 / sizeof(ulong);
    private const int MapWords = DataWords / 64;

    /// <summary>The data, then a bit for each block that came, then a bit for each block that a fragment began with.</summary>
    private const int SlotWords = DataWords + (2 * MapWords);

    private readonly ulong[] _memory = GC.AllocateUninitializedArray<ulong>(Slots * SlotWords, pinned: true);
    private readonly int[] _hashes = new int[Slots]; // of the datagrams that a fragment may belong to; 0 for none
    private readonly PartialDatagram[] _slots = new PartialDatagram[Slots];
    private readonly long _lifetime;
    private int _used; // slots that are not free
    private int _whole; // of which wait for Release

    /// <param name="lifetime">
    /// How long a datagram may take from its first fragment to its last, in the unit of all times here. The fragments of a datagram leave their
    /// sender back to back, so a second is long; the RFCs' minute would let a lost fragment hold memory, and an IPv4 id that comes round again
    /// be joined to a datagram of another time (RFC 4963).
    /// </param>
    public Reassembler(long lifetime) => _lifetime = lifetime;

    /// <summary>Where the payloads of whole datagrams lie: pinned for good.</summary>
    public ulong[] Memory => _memory;

    /// <summary>Datagrams are under way (or condemned): <see cref="Expire"/> has work to do some day.</summary>
    public bool IsWaiting => _used > _whole;

    /// <summary>Datagrams that gave way to newer ones, so far.</summary>
    public long Displaced { get; private set; }

    /// <summary>Datagrams of which a fragment did not come in time, so far.</summary>
    public long TimedOut { get; private set; }

    /// <summary>Takes a frame that <see cref="FrameParser.Parse"/> called a fragment.</summary>
    /// <param name="reason">What became of the datagram, if something did: <see cref="DropReason.None"/> when it is whole.</param>
    /// <param name="parsed">A whole datagram; its payload offset counts from the start of <see cref="Memory"/> and holds until <see cref="Release"/>.</param>
    /// <returns>true: the datagram has come to its end; false: the fragment is kept, or belongs to nothing any more.</returns>
    public bool Add(ReadOnlySpan<byte> frame, int linkHeader, long now, out DropReason reason, out ParsedFrame parsed)
    {
        parsed = default;
        reason = DropReason.Fragment;
        if (!Fragment.TryRead(frame, linkHeader, out Fragment fragment))
            return true;
        int slot = Find(fragment.Key);
        if (slot >= 0 && now - _slots[slot].Began >= _lifetime)
        {
            End(slot);
            slot = -1;
        }

        if (slot < 0)
            slot = Begin(fragment.Key, now);
        reason = DropReason.FragmentMemory;
        if (slot < 0)
            return true;
        if (_slots[slot].IsCondemned)
            return false;
        reason = Place(slot, in fragment, frame.Slice(fragment.Start, fragment.Length));
        if (reason != DropReason.None)
        {
            _slots[slot].IsCondemned = true;
            return true;
        }

        if (!_slots[slot].IsWhole)
            return false;
        _hashes[slot] = 0;
        _whole++;
        reason = Read(slot, out parsed);
        return true;
    }

    /// <summary>Whole datagrams have been sent; their memory may be used again.</summary>
    public void Release()
    {
        for (int i = 0; _whole > 0; i++)
        {
            if (_slots[i].InUse && _slots[i].IsWhole)
            {
                _whole--;
                Free(i);
            }
        }
    }

    /// <summary>Ends what has waited too long.</summary>
    public void Expire(long now)
    {
        for (int i = 0; i < Slots; i++)
        {
            if (_hashes[i] != 0 && now - _slots[i].Began >= _lifetime)
                End(i);
        }
    }

    private int Find(in FragmentKey key)
    {
        int hash = key.Hash;
        for (int at = 0; at < Slots; at++)
        {
            int step = _hashes.AsSpan(at).IndexOf(hash);
            if (step < 0)
                break;
            at += step;
            if (_slots[at].Key == key)
                return at;
        }

        return -1;
    }

    /// <summary>The lowest free slot, so that as little memory as possible is touched; when too many are under way, that of the oldest.</summary>
    private int Begin(in FragmentKey key, long now)
    {
        if (_used - _whole >= Capacity)
            Displace();
        int slot = 0;
        while (slot < Slots && _slots[slot].InUse)
            slot++;
        if (slot == Slots)
            return -1; // all are whole, and wait for the flush
        _slots[slot] = new PartialDatagram { Key = key, Began = now, InUse = true, Length = -1 };
        _hashes[slot] = key.Hash;
        _used++;
        Came(slot).Clear();
        Starts(slot).Clear();
        return slot;
    }

    private void Displace()
    {
        int oldest = -1;
        for (int i = 0; i < Slots; i++)
        {
            if (_hashes[i] != 0 && (oldest < 0 || _slots[i].Began < _slots[oldest].Began))
                oldest = i;
        }

        if (!_slots[oldest].IsCondemned)
            Displaced++;
        Free(oldest);
    }

    private void End(int slot)
    {
        if (!_slots[slot].IsCondemned)
            TimedOut++;
        Free(slot);
    }

    private void Free(int slot)
    {
        _slots[slot].InUse = false;
        _hashes[slot] = 0;
        _used--;
    }

    /// <returns>Why the datagram is condemned, or None.</returns>
    private DropReason Place(int slot, in Fragment fragment, ReadOnlySpan<byte> data)
    {
        ref PartialDatagram datagram = ref _slots[slot];
        int end = fragment.Offset + data.Length;
        if (data.Length == 0 || end + fragment.Headers > MaxPacket || (!fragment.IsLast && data.Length % Block != 0))
            return DropReason.BadLength;
        if (fragment.IsLast ? (datagram.Length >= 0 && datagram.Length != end) || datagram.Highest > end : datagram.Length >= 0 && end >= datagram.Length)
            return DropReason.FragmentOverlap; // another end, or something behind it

        int from = fragment.Offset / Block;
        int to = (end + Block - 1) / Block;
        Span<byte> place = Data(slot)[fragment.Offset..end];
        BlockMap came = Came(slot);
        int there = came.Count(from, to);
        if (there > 0)
        {
            bool cameTwice = there == to - from && IsOneFragment(slot, from, to) && (!fragment.IsLast || datagram.Length == end) && place.SequenceEqual(data);
            return cameTwice ? DropReason.None : DropReason.FragmentOverlap;
        }

        data.CopyTo(place);
        came.Set(from, to);
        Starts(slot).Set(from, from + 1);
        datagram.Blocks += to - from;
        datagram.Highest = Math.Max(datagram.Highest, end);
        if (fragment.IsLast)
            datagram.Length = end;
        if (fragment.Offset == 0)
        {
            datagram.NextHeader = fragment.NextHeader;
            datagram.Tos = fragment.Tos;
            datagram.Ttl = fragment.Ttl;
            datagram.Headers = fragment.Headers;
        }

        // The packet is as long as the first fragment's headers make it.
        return datagram.Highest + datagram.Headers > MaxPacket ? DropReason.BadLength : DropReason.None;
    }

    /// <summary>The blocks, all of which came, came as one fragment and no more than these.</summary>
    private bool IsOneFragment(int slot, int from, int to)
    {
        BlockMap starts = Starts(slot);
        return starts[from] && starts.Count(from, to) == 1 && (to == DataWords || !Came(slot)[to] || starts[to]);
    }

    private DropReason Read(int slot, out ParsedFrame parsed)
    {
        ref PartialDatagram datagram = ref _slots[slot];
        ReadOnlySpan<byte> data = Data(slot)[..datagram.Length];
        parsed = new ParsedFrame { Source = datagram.Key.Source, Destination = datagram.Key.Destination, Tos = datagram.Tos, Ttl = datagram.Ttl };
        byte next = datagram.NextHeader;
        int at = 0;
        if (!ExtensionHeaders.TryFollow(data, afterIp: false, ref next, ref at))
            return next == UdpDatagram.Protocol ? DropReason.BadLength : DropReason.NotUdp;
        if (next != UdpDatagram.Protocol)
            return DropReason.NotUdp; // a fragment in a fragment

        Span<byte> addresses = stackalloc byte[32];
        addresses = addresses[..datagram.Key.WriteAddresses(addresses)];
        parsed.IsMulticast = datagram.Key.IsMulticast;
        parsed.PayloadOffset = (slot * SlotWords * sizeof(ulong)) + at + UdpDatagram.HeaderLength;
        return UdpDatagram.Read(data[at..], addresses, gsoSize: 0, checksumTrusted: false, ref parsed);
    }

    private Span<byte> Data(int slot) => MemoryMarshal.AsBytes(_memory.AsSpan(slot * SlotWords, DataWords));

    private BlockMap Came(int slot) => new(_memory.AsSpan((slot * SlotWords) + DataWords, MapWords));

    private BlockMap Starts(int slot) => new(_memory.AsSpan((slot * SlotWords) + DataWords + MapWords, MapWords));

    private struct PartialDatagram
    {
        public FragmentKey Key;
        public long Began;

        /// <summary>Bytes of data in all; negative until the last fragment came.</summary>
        public int Length;

        /// <summary>The end of the furthest fragment.</summary>
        public int Highest;

        /// <summary>Blocks of eight bytes that came.</summary>
        public int Blocks;

        public int Headers;
        public byte NextHeader;
        public byte Tos;
        public byte Ttl;
        public bool InUse;

        /// <summary>Something overlapped or contradicted: it is counted, and what else comes of it is swallowed.</summary>
        public bool IsCondemned;

        public readonly bool IsWhole => !IsCondemned && Length >= 0 && Blocks == (Length + Block - 1) / Block;
    }
}

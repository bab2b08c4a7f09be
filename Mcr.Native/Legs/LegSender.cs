using System.Runtime.InteropServices;

namespace Mcr.Native.Legs;

/// <summary>
/// The sending end of one leg. All 0: not in use. It lies in memory that outlives the worker: the next one goes on with the next number, and mcrd reads it there. Loop thread only.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct LegSender
{
    /// <summary>64-bit words, of which not all are used.</summary>
    public const int Words = 16;

    /// <summary>Of a leg whose state begins with it. There is no other as long as the state is where it was; whoever has lost it agrees on another leg.</summary>
    public const ushort FirstLife = 1;

    private long _inUse;
    private long _leg;
    private long _life;
    private long _next;
    private long _datagrams;
    private long _bytes;
    private long _refused;
    private long _lastSent;
    private long _key;
    private long _fragmented;

    public readonly bool IsInUse => _inUse != 0;

    public readonly ulong Leg => (ulong)_leg;

    public readonly ushort Life => (ushort)_life;

    /// <summary>The number of the next datagram.</summary>
    public readonly long Next => _next;

    /// <summary>Headers written, in all lives.</summary>
    public readonly long Datagrams => _datagrams;

    /// <summary>Of their payloads.</summary>
    public readonly long Bytes => _bytes;

    /// <summary>For which none was written: there was no key or no room.</summary>
    public readonly long Refused => _refused;

    /// <summary>Nanoseconds since 1970; 0: none yet.</summary>
    public readonly long LastSent => _lastSent;

    /// <summary>Number of the key that the last one had.</summary>
    public readonly ushort Key => (ushort)_key;

    /// <summary>Datagrams that the kernel had to cut, since with all headers they were longer than the device's MTU.</summary>
    public readonly long Fragmented => _fragmented;

    /// <summary>In memory of <see cref="Words"/> words for each output entry.</summary>
    internal static LegSender* At(long* first, int entry) => (LegSender*)(first + ((long)entry * Words));

    /// <summary>
    /// The leg is there. One that was there before, in this worker or the one before it, goes on; a greater life begins at 0 and keeps the counts. A smaller one changes nothing: the other end would
    /// refuse it.
    /// </summary>
    /// <param name="life">Greater than any that this leg was ever sent with, unless that one's state is here.</param>
    public void Use(ulong leg, ushort life)
    {
        if (_inUse == 0 || _leg != (long)leg)
        {
            this = default;
            _leg = (long)leg;
            _life = life;
            _inUse = 1;
        }
        else if (life > _life)
        {
            _next = 0;
            _life = life; // last: a worker that is killed before is told of this life again by the next one's
        }
    }

    /// <summary>Writes the header that is to stand in front of the payload, with the next number, which is used up whether or not it is sent.</summary>
    /// <param name="room"><see cref="LegHeader.Size"/> bytes at least.</param>
    /// <param name="payload">Not altered until it is sent.</param>
    /// <param name="now">Nanoseconds since 1970, CLOCK_REALTIME.</param>
    /// <param name="longestWhole">Payload bytes that the device takes in one piece.</param>
    /// <returns>false: nothing is to be sent; there is no key, no room or no such leg.</returns>
    public bool TryWrite(Span<byte> room, ReadOnlySpan<byte> payload, long now, in LegKeys keys, int longestWhole = int.MaxValue)
    {
        if (_inUse == 0 || !keys.HasAny || !new LegHeader(keys.Number, (ushort)_life, (ulong)_leg, _next, now).TryWrite(room, payload, keys.Current))
        {
            _refused++;
            return false;
        }

        _next++;
        _datagrams++;
        _bytes += payload.Length;
        _fragmented += payload.Length > longestWhole ? 1 : 0;
        _lastSent = now;
        _key = keys.Number;
        return true;
    }
}

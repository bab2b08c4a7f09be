using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Mcr.Native.Feeds;

/// <summary>What a payload that was seen lately is known by.</summary>
internal unsafe struct ContentEntry
{
    public long FirstArrival;

    /// <summary>How often each input has brought it.</summary>
    public fixed ushort Brought[Rules.SelectSettings.MaxInputs];

    /// <summary>How often it was forwarded.</summary>
    public ushort Forwarded;

    /// <summary>When that was last, boot clock, nanoseconds.</summary>
    public long ForwardedAt;
}

/// <summary>
/// The payloads of the last moments, by a hash of all of each. A sender may well send the same twice, so occurrences are counted: the n-th one of an input is the n-th one of the others. Memory is
/// bounded: 16 places for each of 16,384 values of 14 of the hash's bits, and the one of them that was not seen for longest gives way. At 50,000 a second and the longest skew some 3 of
/// them were seen later than one that is still wanted: 16 are, once in a hundred million times. Loop thread only.
/// </summary>
internal sealed unsafe class ContentWindow(long skew) : IDisposable
{
    private const int Sets = 16_384;
    private const int SetShift = 64 - 14;
    private const int Ways = 16;
    private const ulong Prime1 = 0x9E3779B97F4A7C15;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;

    // Apart from each other, so that those of a set are two cache lines each:
    private readonly ulong* _hashes = (ulong*)NativeMemory.AllocZeroed(Sets * Ways, sizeof(ulong));
    private readonly long* _times = (long*)NativeMemory.AllocZeroed(Sets * Ways, sizeof(long)); // when it came last, boot clock, nanoseconds; 0: nobody
    private readonly ContentEntry* _entries = (ContentEntry*)NativeMemory.AllocZeroed(Sets * Ways, (nuint)sizeof(ContentEntry));

    // Nobody outside can make two payloads of one hash.
    private readonly ulong _seed1 = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private readonly ulong _seed2 = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    /// <summary>Finds the payload's entry, or makes one where it was not seen within the skew. It is seen now.</summary>
    public ContentEntry* Find(byte* payload, int length, long arrival, long now)
    {
        ulong hash = Hash(payload, length);
        int set = (int)((hash * Prime1) >> SetShift) * Ways; // the bits that all others have gone into
        int place = set;
        for (int i = set; i < set + Ways; i++)
        {
            if (_hashes[i] == hash && _times[i] != 0 && now - _times[i] <= skew)
            {
                _times[i] = now;
                return _entries + i;
            }

            if (_times[i] < _times[place])
                place = i;
        }

        (_hashes[place], _times[place]) = (hash, now);
        _entries[place] = new ContentEntry { FirstArrival = arrival };
        return _entries + place;
    }

    public void Dispose()
    {
        NativeMemory.Free(_hashes);
        NativeMemory.Free(_times);
        NativeMemory.Free(_entries);
    }

    /// <summary>64 bits of all bytes: 16 at a time, multiplied to 128 bits and folded.</summary>
    private ulong Hash(byte* payload, int length)
    {
        ulong hash = _seed1 ^ ((ulong)length * Prime1);
        byte* at = payload;
        for (byte* end = payload + (length & ~15); at < end; at += 16)
            hash = Fold(Unsafe.ReadUnaligned<ulong>(at) ^ _seed2, Unsafe.ReadUnaligned<ulong>(at + 8) ^ hash) + Prime2;
        ulong low = 0, high = 0;
        for (int i = 0; i < (length & 15); i++)
        {
            if (i < 8)
                low |= (ulong)at[i] << (i * 8);
            else
                high |= (ulong)at[i] << ((i - 8) * 8);
        }

        return Fold(low ^ _seed2 ^ Prime1, high ^ hash) ^ Fold(hash ^ Prime2, _seed2);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low ^ a ^ b; // also where one of them is 0
    }
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mcr.Native.Packet;

/// <summary>The one's complement sum of RFC 1071, eight bytes at a time: the carries are added back in (end-around), in any byte order.</summary>
public static class InternetChecksum
{
    /// <summary>
    /// Adds <paramref name="bytes"/> to a running sum. Sums may be added to each other as long as every part but the last has an even length.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            sum += word;
            if (sum < word)
                sum++; // end-around carry
        }

        ulong last = 0;
        ReadOnlySpan<byte> rest = bytes[(words.Length * 8)..];
        for (int i = 0; i < rest.Length; i++)
            last |= (ulong)rest[i] << (8 * i); // as the machine would have loaded it, padded with zeros
        sum += last;
        if (sum < last)
            sum++;
        return sum;
    }

    /// <summary>Adds a 16-bit value given in host order.</summary>
    public static ulong Add(ulong sum, ushort value)
    {
        ulong word = BinaryPrimitives.ReverseEndianness(value);
        sum += word;
        return sum < word ? sum + 1 : sum;
    }

    /// <summary>The sum folded to 16 bits: 0xFFFF when a checksum over the summed bytes, checksum field included, is right.</summary>
    public static ushort Fold(ulong sum)
    {
        sum = (sum & 0xFFFFFFFF) + (sum >> 32);
        sum = (sum & 0xFFFFFFFF) + (sum >> 32);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)((sum & 0xFFFF) + (sum >> 16));
    }

    /// <summary>True when the summed bytes carry a right checksum.</summary>
    public static bool IsValid(ulong sum) => Fold(sum) == 0xFFFF;
}

using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mcr.Native.Checksums;

/// <summary>
/// The one's complement sum of RFC 1071 in any byte order: 2^16, 2^32 and 2^64 are all 1 modulo 65535, so words of any width may be added up
/// as long as no carry is lost. Verifying a datagram is the dearest part of parsing it, hence the vectors.
/// </summary>
public static class InternetChecksum
{
    /// <summary>
    /// Adds <paramref name="bytes"/> to a running sum. Sums may be added to each other as long as every part but the last has an even length.
    /// </summary>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<byte, Vector<ulong>>(bytes);
        if (vectors.Length > 1)
        {
            sum = AddVectors(sum, vectors);
            bytes = bytes[(vectors.Length * Vector<byte>.Count)..];
        }

        while (bytes.Length >= sizeof(ulong))
        {
            sum = AddWord(sum, MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        ulong last = 0;
        for (int i = 0; i < bytes.Length; i++)
            last |= (ulong)bytes[i] << (8 * i); // as the machine would have loaded it, padded with zeros
        return AddWord(sum, last);
    }

    /// <summary>Adds a 16-bit value given in host order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong sum, ushort value) => AddWord(sum, BinaryPrimitives.ReverseEndianness(value));

    /// <summary>Adds eight bytes as the machine loads them, with the end-around carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AddWord(ulong sum, ulong word)
    {
        sum += word;
        return sum < word ? sum + 1 : sum;
    }

    /// <summary>The sum folded to 16 bits: 0xFFFF when a checksum over the summed bytes, checksum field included, is right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Fold(ulong sum)
    {
        sum = (sum & 0xFFFFFFFF) + (sum >> 32);
        sum = (sum & 0xFFFFFFFF) + (sum >> 32);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)((sum & 0xFFFF) + (sum >> 16));
    }

    /// <summary>True when the summed bytes carry a right checksum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsValid(ulong sum) => Fold(sum) == 0xFFFF;

    /// <summary>The halves of each word go into lanes of twice their width: no carry is lost in 2^32 vectors.</summary>
    private static ulong AddVectors(ulong sum, ReadOnlySpan<Vector<ulong>> vectors)
    {
        var half = new Vector<ulong>(0xFFFF_FFFF);
        Vector<ulong> low = Vector<ulong>.Zero;
        Vector<ulong> high = Vector<ulong>.Zero;
        foreach (Vector<ulong> vector in vectors)
        {
            low += vector & half;
            high += vector >>> 32;
        }

        return AddWord(sum, Vector.Sum(low + high));
    }
}

using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Legs;

/// <summary>
/// SipHash-2-4 with 128 bits of result (Aumasson and Bernstein, 2012, and their reference implementation for the 128 bits): a keyed function for short messages whose results nobody can tell from random
/// ones without the key. Whole words first, then the bytes that are left.
/// </summary>
internal ref struct SipHash
{
    private const int WordSize = sizeof(ulong);

    private ulong _v0;
    private ulong _v1;
    private ulong _v2;
    private ulong _v3;
    private int _length; // bytes so far; its lowest eight bits are part of the message

    public SipHash(in LegKey key)
    {
        // "somepseudorandomlygeneratedbytes", and in v1 what tells the 128 bits from the 64.
        _v0 = 0x736F6D6570736575 ^ key.First;
        _v1 = 0x646F72616E646F6D ^ 0xEE ^ key.Second;
        _v2 = 0x6C7967656E657261 ^ key.First;
        _v3 = 0x7465646279746573 ^ key.Second;
    }

    /// <param name="word">Eight bytes of the message, the first one lowest.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong word)
    {
        Compress(ref _v0, ref _v1, ref _v2, ref _v3, word);
        _length += WordSize;
    }

    /// <param name="rest">Of the message, any length.</param>
    public readonly LegMac Finish(ReadOnlySpan<byte> rest)
    {
        (ulong v0, ulong v1, ulong v2, ulong v3) = (_v0, _v1, _v2, _v3);
        ulong last = (ulong)(_length + rest.Length) << 56;
        while (rest.Length >= WordSize)
        {
            Compress(ref v0, ref v1, ref v2, ref v3, BinaryPrimitives.ReadUInt64LittleEndian(rest));
            rest = rest[WordSize..];
        }

        for (int i = 0; i < rest.Length; i++)
            last |= (ulong)rest[i] << (8 * i);
        Compress(ref v0, ref v1, ref v2, ref v3, last);

        v2 ^= 0xEE;
        ulong first = Finalise(ref v0, ref v1, ref v2, ref v3);
        v1 ^= 0xDD;
        return new LegMac(first, Finalise(ref v0, ref v1, ref v2, ref v3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Compress(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3, ulong word)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Finalise(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Legs;

/// <summary>The 128 bits that only who has the key can make for these bytes; written in the order of the reference implementation.</summary>
public readonly record struct LegMac(ulong First, ulong Second)
{
    public const int Size = 16;

    /// <param name="bytes">16 at least.</param>
    internal static LegMac Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));

    /// <inheritdoc cref="Read"/>
    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, First);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Second);
    }

    /// <summary>Takes as long for any two: nobody learns from it how much of a guess was right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(LegMac other) => ((First ^ other.First) | (Second ^ other.Second)) == 0;
}

using System.Buffers.Binary;

namespace Mcr.Native.Legs;

/// <summary>
/// What both ends of a leg know and nobody else: 128 bits for <see cref="SipHash"/>. Not a record, whose text would have the key in it.
/// </summary>
public readonly struct LegKey : IEquatable<LegKey>
{
    public const int Size = 16;

    internal readonly ulong First;
    internal readonly ulong Second;

    private LegKey(ulong first, ulong second) => (First, Second) = (first, second);

    /// <param name="bytes">Exactly 16, from a source that nobody can guess.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out LegKey key)
    {
        key = default;
        if (bytes.Length != Size)
            return false;
        key = new LegKey(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
        return true;
    }

    public void Write(Span<byte> room)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(room, First);
        BinaryPrimitives.WriteUInt64LittleEndian(room[8..], Second);
    }

    public bool Equals(LegKey other) => ((First ^ other.First) | (Second ^ other.Second)) == 0;

    public static bool operator ==(LegKey left, LegKey right) => left.Equals(right);

    public static bool operator !=(LegKey left, LegKey right) => !left.Equals(right);

    public override bool Equals(object? obj) => obj is LegKey other && Equals(other);

    public override int GetHashCode() => 0; // nothing of it

    /// <summary>Never the key.</summary>
    public override string ToString() => nameof(LegKey);
}

using System.Buffers.Binary;

namespace Mcr.Native.Worker;

/// <summary>Reads little-endian values from a span and checks every length before it is used.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public byte U8() => Take(1)[0];

    public int U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A 32-bit number from 0 to <paramref name="most"/>.</summary>
    public int Count(int most)
    {
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
        return value <= (uint)most ? (int)value : throw new InvalidDataException($"{value} where at most {most} is allowed");
    }

    public static int Limited(int value, int most) =>
        value <= most ? value : throw new InvalidDataException($"{value} where at most {most} is allowed");

    public ReadOnlySpan<byte> Bytes(int length) => Take(length);

    public readonly void End()
    {
        if (_rest.Length != 0)
            throw new InvalidDataException($"{_rest.Length} bytes too many");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
            throw new InvalidDataException($"{length} bytes wanted, {_rest.Length} left");
        ReadOnlySpan<byte> taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}

/// <summary>Writes little-endian values into a growing buffer.</summary>
internal sealed class ByteWriter
{
    private readonly List<byte> _bytes = [];

    public void U8(byte value) => _bytes.Add(value);

    public void U16(int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, checked((ushort)value));
        _bytes.AddRange(bytes);
    }

    public void U32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, checked((uint)value));
        _bytes.AddRange(bytes);
    }

    public void U64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public byte[] ToArray() => [.. _bytes];
}

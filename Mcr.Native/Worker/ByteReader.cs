using System.Buffers.Binary;
using System.Text;

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

    /// <summary>UTF-8 after its length; what is not becomes replacement characters.</summary>
    public string Text(int mostBytes) => Encoding.UTF8.GetString(Bytes(Limited(U16(), mostBytes)));

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
    private byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void U8(byte value) => Take(1)[0] = value;

    public void U16(int value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), checked((ushort)value));

    public void U32(int value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), checked((uint)value));

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>UTF-8 after its length, cut off where it is too long.</summary>
    public void Text(string text, int mostBytes)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(bytes.Length, mostBytes);
        U16(length);
        Bytes(bytes.AsSpan(0, length));
    }

    /// <summary>The next bytes, for the caller to fill.</summary>
    public Span<byte> Take(int count)
    {
        if (count > _bytes.Length - Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        Span<byte> taken = _bytes.AsSpan(Length, count);
        Length += count;
        return taken;
    }

    /// <summary>Starts anew in the same buffer.</summary>
    public void Clear() => Length = 0;

    public byte[] ToArray() => Written.ToArray();
}

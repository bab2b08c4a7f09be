using System.Buffers.Binary;

namespace Mcr.Actors.Control;

/// <summary>The length in front of each message. Pure: who reads and writes bytes, and how long it waits, is another matter.</summary>
public static class ControlFrame
{
    public const int HeaderBytes = sizeof(int);

    /// <summary>The message with its length in front, in one buffer: one send.</summary>
    /// <exception cref="InvalidDataException">it is empty or longer than <paramref name="limit"/>.</exception>
    public static byte[] Wrap(ReadOnlySpan<byte> message, int limit)
    {
        byte[] frame = new byte[HeaderBytes + Check((uint)message.Length, limit)];
        BinaryPrimitives.WriteInt32BigEndian(frame, message.Length);
        message.CopyTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    /// <summary>How many bytes follow. Nothing is allocated or awaited for a length that was not checked here.</summary>
    /// <exception cref="InvalidDataException">none, or more than <paramref name="limit"/>.</exception>
    public static int ReadLength(ReadOnlySpan<byte> header, int limit) => Check(BinaryPrimitives.ReadUInt32BigEndian(header), limit);

    private static int Check(uint length, int limit)
    {
        if (length == 0)
            throw new InvalidDataException("a message of no bytes; send its length (4 bytes, big-endian) and then JSON");
        return length <= limit
            ? (int)length
            : throw new InvalidDataException($"a message of {length} bytes is longer than the {limit} allowed; send its length (4 bytes, big-endian) and then JSON");
    }
}

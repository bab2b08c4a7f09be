using System.Buffers.Binary;

namespace Mcr.Specs.Fixtures;

/// <summary>Payloads of RTP, MPEG-TS and market-data feeds, byte by byte.</summary>
internal static class MediaPayloads
{
    public const int TsSize = 188;

    /// <param name="sources">How many contributing sources stand in the header.</param>
    /// <param name="extension">Words of an extension header; −1 for none.</param>
    public static byte[] Rtp(int number, uint timestamp, byte[] content, uint ssrc = 0x1020304, int type = 33, int sources = 0, int extension = -1)
    {
        byte[] header = new byte[12 + (sources * 4) + (extension < 0 ? 0 : 4 + (extension * 4))];
        header[0] = (byte)(0x80 | (extension < 0 ? 0 : 0x10) | sources);
        header[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)number);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), ssrc);
        if (extension >= 0)
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(12 + (sources * 4) + 2), (ushort)extension);
        return [.. header, .. content];
    }

    /// <summary>One packet of a transport stream (13818-1 2.4.3.2).</summary>
    public static byte[] Ts(int pid, int counter, bool payload = true, bool adaptation = false, bool discontinuity = false, bool error = false, bool start = false, byte sync = 0x47)
    {
        byte[] packet = new byte[TsSize];
        packet[0] = sync;
        packet[1] = (byte)((error ? 0x80 : 0) | (start ? 0x40 : 0) | (pid >> 8));
        packet[2] = (byte)pid;
        packet[3] = (byte)((adaptation ? 0x20 : 0) | (payload ? 0x10 : 0) | (counter & 0x0F));
        packet[4] = (byte)(adaptation ? 1 : 0);
        packet[5] = (byte)(adaptation && discontinuity ? 0x80 : 0);
        return packet;
    }

    /// <summary>Seven packets of a PID, the first with this counter, as they go into one datagram.</summary>
    public static byte[] Seven(int pid, int counter) => [.. Enumerable.Range(0, 7).SelectMany(i => Ts(pid, counter + i))];

    /// <summary>MoldUDP64: session, sequence number of the first message, number of messages.</summary>
    public static byte[] Mold(ulong number, int messages)
    {
        byte[] packet = new byte[20 + (Math.Min(messages, 40) * 12)];
        "SESSION001"u8.CopyTo(packet);
        BinaryPrimitives.WriteUInt64BigEndian(packet.AsSpan(10), number);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(18), (ushort)messages);
        return packet;
    }
}

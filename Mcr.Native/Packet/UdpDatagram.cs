using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Packet;

/// <summary>What a UDP header says, behind IPv4 or IPv6, in a frame or put together from fragments.</summary>
internal static class UdpDatagram
{
    public const int HeaderLength = 8;
    public const byte Protocol = 17;

    private const int Ipv6Addresses = 32;

    /// <summary>Reads the ports, the lengths and the checksum (RFC 768, RFC 8200 8.1).</summary>
    /// <param name="udp">The IP payload from the UDP header on, at least that header.</param>
    /// <param name="addresses">Source and destination as they stand in the IP header: 8 or 32 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DropReason Read(ReadOnlySpan<byte> udp, ReadOnlySpan<byte> addresses, int gsoSize, bool checksumTrusted, ref ParsedFrame parsed)
    {
        // A merged frame's UDP length is that of the whole run after GRO and from a GSO sender alike, but it is the IP length that the
        // kernel itself goes by when it cuts the run up; so do we.
        int length = gsoSize > 0 ? udp.Length : BinaryPrimitives.ReadUInt16BigEndian(udp[4..]);
        if (length < HeaderLength || length > udp.Length)
            return DropReason.BadLength;

        parsed.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(udp);
        parsed.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(udp[2..]);
        int payload = length - HeaderLength;
        parsed.PayloadLength = payload;
        parsed.SegmentSize = gsoSize < payload ? gsoSize : 0;

        // A merged frame has a partial checksum or was verified before it was merged; its field does not cover the run.
        if (!checksumTrusted && gsoSize == 0 && !IsChecksumValid(udp[..length], addresses))
            return DropReason.BadUdpChecksum;
        return DropReason.None;
    }

    /// <summary>Over a pseudo header (addresses, protocol, length) and the datagram. 0 means that the sender made none, which IPv6 does not allow.</summary>
    private static bool IsChecksumValid(ReadOnlySpan<byte> udp, ReadOnlySpan<byte> addresses)
    {
        if (udp[6] == 0 && udp[7] == 0)
            return addresses.Length != Ipv6Addresses;
        ulong sum = InternetChecksum.Add(0, addresses);
        sum = InternetChecksum.Add(sum, Protocol);
        sum = InternetChecksum.Add(sum, (ushort)udp.Length);
        return InternetChecksum.IsValid(InternetChecksum.Add(sum, udp));
    }
}

using System.Buffers.Binary;

namespace Mcr.Native.Packet;

/// <summary>What the fragments of one datagram have in common (RFC 791 3.2, RFC 8200 4.5).</summary>
/// <param name="Protocol">UDP in IPv4, where it belongs to the key; 0 in IPv6, where it does not.</param>
internal readonly record struct FragmentKey(UInt128 Source, UInt128 Destination, uint Id, byte Protocol)
{
    public bool IsIpv4 => Protocol != 0;

    public bool IsMulticast => IsIpv4 ? (byte)(Destination >> 28) == 0xFE : Destination >> 120 == 0xFF;

    /// <summary>Never 0.</summary>
    public int Hash
    {
        get
        {
            ulong mixed = ((ulong)Source * 0x9E3779B97F4A7C15) ^ ((ulong)(Source >> 64) * 0xC2B2AE3D27D4EB4F) ^ (ulong)Destination ^ (ulong)(Destination >> 64);
            mixed = (mixed ^ Id) * 0x9E3779B97F4A7C15;
            return (int)(mixed >> 32) | 1;
        }
    }

    /// <summary>Source and destination as they stand in an IP header.</summary>
    /// <returns>The bytes written: 8 or 32.</returns>
    public int WriteAddresses(Span<byte> bytes)
    {
        if (IsIpv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Source);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)Destination);
            return 8;
        }

        BinaryPrimitives.WriteUInt128BigEndian(bytes, Source);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], Destination);
        return 32;
    }
}

/// <summary>One IP fragment and where it lies in its frame.</summary>
internal struct Fragment
{
    public FragmentKey Key;

    /// <summary>Bytes from the start of the frame to the fragment's data, and how many there are.</summary>
    public int Start;

    public int Length;

    /// <summary>Where the data belongs in the datagram, in bytes: a multiple of 8.</summary>
    public int Offset;

    /// <summary>No fragment lies behind this one.</summary>
    public bool IsLast;

    /// <summary>Bytes of the reassembled IP packet that its length field counts and that are not data of fragments.</summary>
    public int Headers;

    /// <summary>What the data of the first fragment begins with.</summary>
    public byte NextHeader;

    public byte Tos;
    public byte Ttl;

    /// <summary>Reads a frame that <see cref="FrameParser.Parse"/> called a fragment.</summary>
    /// <returns>false: it is none.</returns>
    public static bool TryRead(ReadOnlySpan<byte> frame, int linkHeader, out Fragment fragment)
    {
        fragment = default;
        if (FrameParser.Parse(frame, linkHeader, gsoSize: 0, checksumTrusted: true, out _) != DropReason.Fragment)
            return false;
        ReadOnlySpan<byte> ip = frame[linkHeader..];
        if (ip[0] >> 4 == 6)
            ReadIpv6(ip, ref fragment);
        else
            ReadIpv4(ip, ref fragment);
        fragment.Start += linkHeader;
        return true;
    }

    private static void ReadIpv4(ReadOnlySpan<byte> ip, ref Fragment fragment)
    {
        int field = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]);
        int header = (ip[0] & 0x0F) * 4;
        fragment.Key = new FragmentKey(FrameParser.Mapped(ip[12..]), FrameParser.Mapped(ip[16..]), BinaryPrimitives.ReadUInt16BigEndian(ip[4..]), ip[9]);
        fragment.Start = header;
        fragment.Length = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]) - header;
        fragment.Offset = (field & 0x1FFF) * 8;
        fragment.IsLast = (field & 0x2000) == 0;
        fragment.Headers = header;
        fragment.NextHeader = ip[9];
        fragment.Tos = ip[1];
        fragment.Ttl = ip[8];
    }

    private static void ReadIpv6(ReadOnlySpan<byte> ip, ref Fragment fragment)
    {
        int end = FrameParser.Ipv6Header + BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        byte next = ip[6];
        int at = FrameParser.Ipv6Header;
        ExtensionHeaders.TryFollow(ip[..end], afterIp: true, ref next, ref at);
        ReadOnlySpan<byte> header = ip[at..];
        int field = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        fragment.Key = new FragmentKey(
            BinaryPrimitives.ReadUInt128BigEndian(ip[8..]), BinaryPrimitives.ReadUInt128BigEndian(ip[24..]), BinaryPrimitives.ReadUInt32BigEndian(header[4..]), 0);
        fragment.Start = at + ExtensionHeaders.FragmentLength;
        fragment.Length = end - fragment.Start;
        fragment.Offset = field & 0xFFF8;
        fragment.IsLast = (field & 1) == 0;
        fragment.Headers = at - FrameParser.Ipv6Header;
        fragment.NextHeader = header[0];
        fragment.Tos = (byte)(BinaryPrimitives.ReadUInt16BigEndian(ip) >> 4);
        fragment.Ttl = ip[7];
    }
}

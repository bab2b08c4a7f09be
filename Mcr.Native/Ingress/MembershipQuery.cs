using System.Buffers.Binary;
using System.Net;
using Mcr.Native.Checksums;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// A router or switch has asked a segment who has joined which groups (a general query; those for one group say nothing of the others). Its <see cref="TryParse"/>
/// is pure.
/// </summary>
/// <param name="Querier">Its address; 0.0.0.0 or :: of a switch that has none.</param>
/// <param name="Version">Of IGMP, 1 to 3, or of MLD, 1 or 2.</param>
/// <param name="Patience">For how long a switch remembers what it is answered: as often as a query may be lost, times the time between two, and the time to answer.</param>
public sealed record MembershipQuery(IPAddress Querier, int Version, TimeSpan Patience)
{
    /// <summary>Group membership interval of RFC 3376 and RFC 3810 with their defaults, which queries of old versions do not state: 2 × 125 s + 10 s.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(260);

    private const int Ipv6Header = 40;
    private const int HopByHopHeader = 8;
    private const int IgmpSize = 8;
    private const int Igmp3Size = 12;
    private const int MldSize = 24;
    private const int Mld2Size = 28;

    public bool IsIPv6 => Querier.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    /// <summary><c>IGMPv3</c>.</summary>
    public string Protocol => $"{(IsIPv6 ? "MLD" : "IGMP")}v{Version}";

    /// <param name="packet">From its IP header on; what follows it (padding) is not looked at.</param>
    /// <returns>null for anything else.</returns>
    public static MembershipQuery? TryParse(ReadOnlySpan<byte> packet) => packet.Length == 0 ? null : (packet[0] >> 4) switch
    {
        4 => TryParseIgmp(packet),
        6 => TryParseMld(packet),
        _ => null,
    };

    private static MembershipQuery? TryParseIgmp(ReadOnlySpan<byte> packet)
    {
        int header = (packet[0] & 0xF) * 4;
        if (header < 20 || packet.Length < header)
            return null;
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) != 0; // more of them, or an offset
        if (length < header + IgmpSize || length > packet.Length || packet[9] != Libc.IPPROTO_IGMP || isFragment)
            return null;
        ReadOnlySpan<byte> message = packet[header..length];
        if (message[0] != PacketFilter.IgmpQuery || !InternetChecksum.IsValid(InternetChecksum.Add(0, message)) || message[4..IgmpSize].ContainsAnyExcept((byte)0))
            return null;
        var querier = new IPAddress(packet[12..16]);
        if (message.Length < Igmp3Size)
            return new MembershipQuery(querier, message[1] == 0 ? 1 : 2, DefaultPatience);
        return new MembershipQuery(querier, 3, Stated(message[8], message[9], TimeSpan.FromMilliseconds(100 * FloatingPoint(message[1], 4))));
    }

    private static MembershipQuery? TryParseMld(ReadOnlySpan<byte> packet)
    {
        const int Header = Ipv6Header + HopByHopHeader;
        if (packet.Length < Header + MldSize)
            return null;
        int length = Ipv6Header + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        if (length < Header + MldSize || length > packet.Length || packet[6] != Libc.IPPROTO_HOPOPTS || packet[Ipv6Header] != Libc.IPPROTO_ICMPV6 || packet[Ipv6Header + 1] != 0)
            return null;
        ReadOnlySpan<byte> message = packet[Header..length];
        ulong sum = InternetChecksum.Add(0, packet[8..Ipv6Header]); // both addresses
        sum = InternetChecksum.Add(InternetChecksum.Add(sum, (ushort)message.Length), (ushort)Libc.IPPROTO_ICMPV6);
        if (message[0] != PacketFilter.MldQuery || !InternetChecksum.IsValid(InternetChecksum.Add(sum, message)) || message[8..MldSize].ContainsAnyExcept((byte)0))
            return null;
        var querier = new IPAddress(packet[8..24]);
        if (message.Length < Mld2Size)
            return new MembershipQuery(querier, 1, DefaultPatience);
        return new MembershipQuery(querier, 2, Stated(message[24], message[25], TimeSpan.FromMilliseconds(FloatingPoint(BinaryPrimitives.ReadUInt16BigEndian(message[4..]), 12))));
    }

    /// <param name="robustness">Its low three bits are how often a query may be lost; 0: not said.</param>
    /// <param name="interval">Code of the seconds between two queries; 0: not said.</param>
    private static TimeSpan Stated(byte robustness, byte interval, TimeSpan response)
    {
        int times = (robustness & 7) == 0 ? 2 : robustness & 7;
        int seconds = interval == 0 ? 125 : FloatingPoint(interval, 4);
        return TimeSpan.FromSeconds(times * seconds) + response;
    }

    /// <summary>A code whose highest bit says that there are three bits of exponent and so many of mantissa.</summary>
    private static int FloatingPoint(int code, int mantissa)
    {
        if (code < 1 << (mantissa + 3))
            return code;
        int exponent = (code >> mantissa) & 7;
        return ((code & ((1 << mantissa) - 1)) | (1 << mantissa)) << (exponent + 3);
    }
}

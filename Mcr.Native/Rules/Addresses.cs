using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Mcr.Native.Rules;

/// <summary>What an address means to a relay. IPv4 and IPv6.</summary>
public static class Addresses
{
    /// <summary>224.0.0.0/4 or ff00::/8.</summary>
    public static bool IsMulticast(IPAddress address) =>
        IsIPv6(address) ? address.IsIPv6Multicast : FirstByte(address) is >= 224 and <= 239;

    /// <summary>232.0.0.0/8 or ff3x::/32 (RFC 4607): such groups are joined with a source.</summary>
    public static bool IsSourceSpecific(IPAddress address) =>
        IsIPv6(address) ? address.GetAddressBytes() is [0xFF, >= 0x30 and <= 0x3F, 0, 0, ..] : FirstByte(address) == 232;

    /// <summary>Usable as a unicast address of one host: not 0.0.0.0/8, not class E, not the broadcast address, not ::.</summary>
    public static bool IsUnicast(IPAddress address) =>
        IsIPv6(address)
            ? !address.IsIPv6Multicast && !address.Equals(IPAddress.IPv6Any)
            : FirstByte(address) is > 0 and < 224;

    /// <summary>Groups that belong to the host, the segment or to clocks, and must not be relayed by accident; null when the group is an ordinary one.</summary>
    public static string? ReservedFor(IPAddress group) => group.GetAddressBytes() switch
    {
        [224, 0, 0, 107] or [224, 0, 1, >= 129 and <= 132] => PrecisionTime,
        [224, 0, 0, _] => "protocols of the local segment (224.0.0.0/24)",
        [0xFF, <= 0x0F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, >= 0x81 and <= 0x84] => PrecisionTime, // ff0x::181 to 184 (IANA)
        [0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x6B] => PrecisionTime, // peer delay
        [0xFF, 0x02, ..] => "protocols of the local segment (ff02::/16)",
        [0xFF, 0x01, ..] => "one node's own use (ff01::/16)",
        _ => null,
    };

    /// <summary>Of any group of the range.</summary>
    public static string? ReservedFor(GroupRange range) =>
        range.IsOneGroup ? ReservedFor(range.Group) : Reserved.FirstOrDefault(r => r.OverlapsGroups(range)) is { Group: { } first } ? ReservedFor(first) : null;

    /// <summary>Of any group of the range.</summary>
    public static bool IsSourceSpecific(GroupRange range) =>
        range.IsOneGroup ? IsSourceSpecific(range.Group) : SourceSpecific.Any(s => s.OverlapsGroups(range));

    /// <summary>What <see cref="ReservedFor(IPAddress)"/> knows, as prefixes.</summary>
    private static readonly GroupRange[] Reserved =
    [
        Prefix("224.0.0.0", 24), Prefix("224.0.1.129", 32), Prefix("224.0.1.130", 31), Prefix("224.0.1.132", 32), Prefix("ff01::", 16), Prefix("ff02::", 16),
        .. Enumerable.Range(0, 16).SelectMany(scope => (GroupRange[])[Prefix($"ff0{scope:x}::181", 128), Prefix($"ff0{scope:x}::182", 127), Prefix($"ff0{scope:x}::184", 128)]),
    ];

    /// <inheritdoc cref="Reserved"/>
    private static readonly GroupRange[] SourceSpecific = [Prefix("232.0.0.0", 8), .. Enumerable.Range(0, 16).Select(scope => Prefix($"ff3{scope:x}::", 32))];

    private static GroupRange Prefix(string address, int length) => new(IPAddress.Parse(address), length, 1, 1);

    public static bool IsIPv6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>The address as the loop compares it: IPv6, or IPv4-mapped (::ffff:a.b.c.d), in host byte order. 0 is no address.</summary>
    public static UInt128 ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>The other way round; an IPv4-mapped one becomes IPv4.</summary>
    public static IPAddress FromNumber(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>As it stands before a port: an IPv6 address in brackets (RFC 3986).</summary>
    public static string BeforePort(IPAddress address) => IsIPv6(address) ? $"[{address}]" : address.ToString();

    private const string PrecisionTime = "precision time (PTP), which a relay would make wrong";

    private static byte FirstByte(IPAddress address) => address.GetAddressBytes()[0];
}

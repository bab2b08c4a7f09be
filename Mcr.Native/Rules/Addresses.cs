using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Mcr.Native.Rules;

/// <summary>What an address means to a relay. IPv4 and IPv6.</summary>
public static class Addresses
{
    /// <summary>224.0.0.0/4 or ff00::/8.</summary>
    public static bool IsMulticast(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? address.IsIPv6Multicast : FirstByte(address) is >= 224 and <= 239;

    /// <summary>232.0.0.0/8 (RFC 4607): such groups are joined with a source.</summary>
    public static bool IsSourceSpecific(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork && FirstByte(address) == 232;

    /// <summary>Usable as a unicast address of one host: not 0.0.0.0/8, not class E, not the broadcast address.</summary>
    public static bool IsUnicast(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6
            ? !address.IsIPv6Multicast && !address.Equals(IPAddress.IPv6Any)
            : FirstByte(address) is > 0 and < 224;

    /// <summary>Groups that belong to the segment or to clocks, and must not be relayed by accident; null when the group is an ordinary one.</summary>
    public static string? ReservedFor(IPAddress group)
    {
        if (group.AddressFamily != AddressFamily.InterNetwork)
            return null;
        byte[] b = group.GetAddressBytes();
        return b switch
        {
            [224, 0, 0, 107] or [224, 0, 1, >= 129 and <= 132] => "precision time (PTP), which a relay would make wrong",
            [224, 0, 0, _] => "protocols of the local segment (224.0.0.0/24)",
            _ => null,
        };
    }

    /// <summary>The address as the loop compares it: IPv6, or IPv4-mapped (::ffff:a.b.c.d), in host byte order. 0 is no address.</summary>
    public static UInt128 ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static byte FirstByte(IPAddress address) => address.GetAddressBytes()[0];
}

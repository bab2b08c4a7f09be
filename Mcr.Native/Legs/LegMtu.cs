namespace Mcr.Native.Legs;

/// <summary>What fits into a leg's datagram so that it is not fragmented on the device that it leaves by. Bytes. Pure.</summary>
public static class LegMtu
{
    /// <summary>IPv4 header without options, UDP header, ours.</summary>
    public const int CostIPv4 = 20 + UdpHeader + LegHeader.Size;

    /// <summary>IPv6 header without extensions, UDP header, ours.</summary>
    public const int CostIPv6 = IPv6Header + UdpHeader + LegHeader.Size;

    private const int UdpHeader = 8;
    private const int IPv6Header = 40;

    /// <summary>RFC 8200, section 5. The kernel has no IPv6 on a device with less.</summary>
    private const int LeastMtuIPv6 = 1280;

    /// <summary>What the 16 bits hold: the whole packet of IPv4, what follows the header of IPv6.</summary>
    private const int MostLength = ushort.MaxValue;

    /// <summary>What a leg's datagram is longer by than its payload.</summary>
    public static int Cost(bool isIPv6) => isIPv6 ? CostIPv6 : CostIPv4;

    /// <param name="mtu">Of the device; on the path to the other end it may be less.</param>
    /// <returns>The longest payload; -1: not even an empty one fits.</returns>
    public static int MaxPayload(int mtu, bool isIPv6) => isIPv6
        ? mtu < LeastMtuIPv6 ? -1 : Math.Min(mtu, IPv6Header + MostLength) - CostIPv6
        : Math.Max(-1, Math.Min(mtu, MostLength) - CostIPv4);
}

using System.Globalization;
using System.Net;

namespace Mcr.Native.Rules;

/// <summary>
/// Destinations as a box: groups from one address on that have the same first bits, and consecutive ports. One group and one port is the smallest. Pure.
/// </summary>
/// <param name="Length">Bits of the address that count; 32 or 128: one address.</param>
/// <param name="Last">Port; the same as <paramref name="Port"/> for one.</param>
public readonly record struct GroupRange(IPAddress Group, int Length, ushort Port, ushort Last)
{
    public bool IsExact => IsOneGroup && Port == Last;

    public bool IsOneGroup => Length == Bits(Group);

    public int Ports => Last - Port + 1;

    /// <summary>How many addresses there are.</summary>
    public double Groups => Math.Pow(2, Bits(Group) - Length);

    /// <summary>As the loop looks it up.</summary>
    internal RuleKey Key(UInt128 source) => new(Addresses.ToNumber(Group), Port, source, (byte)(Length + 128 - Bits(Group)), IsExact ? (ushort)0 : Last);

    public static int Bits(IPAddress address) => Addresses.IsIPv6(address) ? 128 : 32;

    /// <summary>Whether any datagram could be in both.</summary>
    public bool Overlaps(GroupRange other) => Port <= other.Last && other.Port <= Last && OverlapsGroups(other);

    public bool OverlapsGroups(GroupRange other)
    {
        if (Addresses.IsIPv6(Group) != Addresses.IsIPv6(other.Group))
            return false;
        UInt128 mask = PrefixTable.MaskOf(Math.Min(Length, other.Length) + 128 - Bits(Group));
        return ((Addresses.ToNumber(Group) ^ Addresses.ToNumber(other.Group)) & mask) == 0;
    }

    public bool Contains(IPAddress address) => OverlapsGroups(new GroupRange(address, Bits(address), 1, 1));

    /// <summary>All addresses, in order; there may be many.</summary>
    public IEnumerable<IPAddress> Addressed()
    {
        UInt128 first = Addresses.ToNumber(Group);
        for (UInt128 i = 0; i < (UInt128)1 << (Bits(Group) - Length); i++)
            yield return Addresses.FromNumber(first + i);
    }

    /// <summary>The same with the bits cleared that do not count.</summary>
    public static IPAddress Masked(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(length >= (i + 1) * 8 ? 0xFF : length <= i * 8 ? 0 : 0xFF << (8 - (length - (i * 8))));
        return new IPAddress(bytes);
    }

    /// <summary><c>239.1.1.1</c> or <c>239.1.0.0/16</c>.</summary>
    public string GroupText => IsOneGroup ? Group.ToString() : string.Create(CultureInfo.InvariantCulture, $"{Group}/{Length}");

    /// <summary><c>5000</c> or <c>5000-5010</c>.</summary>
    public string PortText => Port == Last ? Port.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Port}-{Last}");

    /// <summary>As it stands in rules: <c>239.1.0.0/16:5000-5010</c>, IPv6 in brackets.</summary>
    public override string ToString() => $"{(Addresses.IsIPv6(Group) ? $"[{GroupText}]" : GroupText)}:{PortText}";
}

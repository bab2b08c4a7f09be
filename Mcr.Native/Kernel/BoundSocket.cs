using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mcr.Native.Kernel;

/// <summary>
/// A UDP socket of this namespace that takes multicast datagrams in: bound to a group or to every address, and connected to nobody. It gets the datagrams of any group
/// that somebody on this host has joined, unless it has asked for its own only (IP_MULTICAST_ALL, ip(7)) or is bound to another device, neither of which
/// the kernel tells others.
/// </summary>
/// <param name="Inode">Which socket it is; links in /proc/PID/fd name it.</param>
public sealed record BoundSocket(IPAddress Address, ushort Port, uint Uid, ulong Inode)
{
    /// <exception cref="IOException">they cannot be read.</exception>
    public static IReadOnlyList<BoundSocket> ReadAll() => [.. Parse(ProcNet.Read("udp")), .. Parse(ProcNet.Read("udp6"))];

    /// <summary>
    /// Pure. What cannot be read is passed over.
    /// <code>
    ///    sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
    ///   451: 00000000:1388 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 30157 2 0000000000000000 0
    /// </code>
    /// </summary>
    public static List<BoundSocket> Parse(ReadOnlySpan<char> text)
    {
        var sockets = new List<BoundSocket>();
        Span<Range> words = stackalloc Range[11];
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            if (line.Split(words, ' ', StringSplitOptions.RemoveEmptyEntries) < 11
                || !TryParseEnd(line[words[1]], out IPAddress address, out ushort port)
                || !TryParseEnd(line[words[2]], out _, out ushort peer)
                || !uint.TryParse(line[words[7]], NumberStyles.None, CultureInfo.InvariantCulture, out uint uid)
                || !ulong.TryParse(line[words[9]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode))
                continue;
            if (peer == 0 && port != 0 && inode != 0 && TakesMulticast(address))
                sockets.Add(new BoundSocket(address, port, uid, inode));
        }

        return sockets;
    }

    /// <summary>Whether datagrams to the group come here: a socket for every IPv6 address may be one for IPv4, too.</summary>
    public bool Takes(IPAddress group)
    {
        IPAddress address = Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4() : Address;
        return address.Equals(IPAddress.IPv6Any) || address.Equals(group) || (address.Equals(IPAddress.Any) && group.AddressFamily == AddressFamily.InterNetwork);
    }

    private static bool TakesMulticast(IPAddress address)
    {
        byte[] bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return !bytes.AsSpan().ContainsAnyExcept((byte)0) || (bytes.Length == 4 ? bytes[0] is >= 224 and <= 239 : bytes[0] == 0xFF);
    }

    private static bool TryParseEnd(ReadOnlySpan<char> text, out IPAddress address, out ushort port)
    {
        int colon = text.IndexOf(':');
        address = IPAddress.None;
        port = 0;
        return colon > 0 && ProcNet.TryParseWords(text[..colon], out address)
            && ushort.TryParse(text[(colon + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out port);
    }
}

using System.Buffers.Binary;
using System.Net;

namespace Mcr.Specs.Fixtures;

/// <summary>Membership queries as Ethernet frames, built independently of the parser (RFC 2236, RFC 3376, RFC 2710, RFC 3810).</summary>
internal static class QueryFrames
{
    public const int Ip = 14;

    /// <param name="version">1 to 3.</param>
    /// <param name="group">Asked for alone; null for all.</param>
    /// <param name="response">Code of the longest time to answer, in tenths of a second.</param>
    /// <param name="robustness">And <paramref name="interval"/>: of version 3.</param>
    public static byte[] Igmp(string querier, int version, string? group = null, byte response = 100, byte robustness = 2, byte interval = 125)
    {
        byte[] message = new byte[version == 3 ? 12 : 8];
        message[0] = 0x11;
        message[1] = version == 1 ? (byte)0 : response;
        IPAddress.Parse(group ?? "0.0.0.0").GetAddressBytes().CopyTo(message, 4);
        if (version == 3)
            (message[8], message[9]) = (robustness, interval);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Frames.Checksum(message));

        byte[] options = version == 1 ? [] : [0x94, 4, 0, 0]; // router alert
        byte[] ip = [(byte)(0x45 + (options.Length / 4)), 0, 0, (byte)(20 + options.Length + message.Length), 0, 0, 0, 0, 1, 2, 0, 0, .. IPAddress.Parse(querier).GetAddressBytes(), 224, 0, 0, 1, .. options];
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(10), Frames.Checksum(ip));
        return [1, 0, 0x5E, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0, .. ip, .. message];
    }

    /// <param name="version">1 or 2.</param>
    /// <param name="response">Code of the longest time to answer, in milliseconds.</param>
    public static byte[] Mld(string querier, int version, string? group = null, ushort response = 10_000, byte robustness = 2, byte interval = 125)
    {
        byte[] message = new byte[version == 2 ? 28 : 24];
        message[0] = 130;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), response);
        IPAddress.Parse(group ?? "::").GetAddressBytes().CopyTo(message, 8);
        if (version == 2)
            (message[24], message[25]) = (robustness, interval);
        byte[] addresses = [.. IPAddress.Parse(querier).GetAddressBytes(), .. IPAddress.Parse("ff02::1").GetAddressBytes()];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Frames.Checksum([.. addresses, 0, 0, 0, (byte)message.Length, 0, 0, 0, 58, .. message]));

        byte[] hopByHop = [58, 0, 5, 2, 0, 0, 1, 0]; // router alert, padding
        byte[] ip = [0x60, 0, 0, 0, 0, (byte)(hopByHop.Length + message.Length), 0, 1, .. addresses];
        return [0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x86, 0xDD, .. ip, .. hopByHop, .. message];
    }
}

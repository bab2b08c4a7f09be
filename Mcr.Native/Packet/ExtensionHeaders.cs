namespace Mcr.Native.Packet;

/// <summary>The headers that may stand between an IPv6 header and UDP (RFC 8200 4).</summary>
internal static class ExtensionHeaders
{
    public const byte HopByHop = 0;
    public const byte Routing = 43;
    public const byte Fragment = 44;
    public const byte DestinationOptions = 60;

    public const int FragmentLength = 8;

    /// <summary>Senders use one or two; without a limit a frame of 64 KiB would take us thousands of steps.</summary>
    public const int MaxHeaders = 8;

    private const int Unit = 8;

    /// <summary>
    /// Steps over headers from <paramref name="at"/> on, whose type is <paramref name="next"/>, to a UDP header or to that of a fragment.
    /// </summary>
    /// <param name="packet">As long as its IP header says.</param>
    /// <param name="afterIp">The chain begins right behind the IPv6 header, the one place for hop-by-hop options.</param>
    /// <returns>false: the chain ends elsewhere, is cut, or is too long.</returns>
    public static bool TryFollow(ReadOnlySpan<byte> packet, bool afterIp, ref byte next, ref int at)
    {
        for (int steps = 0; next != UdpDatagram.Protocol; steps++)
        {
            if (steps == MaxHeaders || packet.Length - at < Unit)
                return false;
            ReadOnlySpan<byte> header = packet[at..];
            switch (next)
            {
                case Fragment when !IsAtomic(header):
                    return true;
                case Fragment:
                    at += FragmentLength;
                    break;
                case HopByHop when afterIp && steps == 0:
                case DestinationOptions:
                case Routing when header[3] == 0: // segments left: it is at its last stop
                    at += (header[1] + 1) * Unit;
                    break;
                default:
                    return false;
            }

            next = header[0];
        }

        return packet.Length - at >= UdpDatagram.HeaderLength;
    }

    /// <summary>A fragment header that says "all of it": offset 0 and nothing more to come. It is read as if it were not there (RFC 6946).</summary>
    private static bool IsAtomic(ReadOnlySpan<byte> fragmentHeader) => (fragmentHeader[2] | (fragmentHeader[3] & 0xF9)) == 0;
}

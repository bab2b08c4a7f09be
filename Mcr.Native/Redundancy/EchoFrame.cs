using System.Buffers.Binary;
using Mcr.Native.Interop;
using Mcr.Native.Packet;

namespace Mcr.Native.Redundancy;

/// <summary>
/// The beginning of a frame, as much as tells who sends to which group and port. Its lengths and checksums are nobody's business here: what is heard is not relayed. No allocation, no exception, whatever
/// the bytes.
/// </summary>
public static class EchoFrame
{
    private const int EthernetHeader = 14;
    private const int SourceOffset = 6;
    private const int Ipv6Header = 40;
    private const int MinIpv4Header = 20;
    private const int PortsLength = 4;

    /// <param name="frame">From the Ethernet header on.</param>
    /// <param name="link">The sender's MAC address, its first byte the highest of the low 48 bits.</param>
    /// <returns>false: it is not UDP, or too short.</returns>
    public static bool TryRead(ReadOnlySpan<byte> frame, out UInt128 group, out ushort port, out ulong link)
    {
        (group, port, link) = (0, 0, 0);
        if (frame.Length < EthernetHeader + MinIpv4Header + PortsLength)
            return false;
        ReadOnlySpan<byte> ip = frame[EthernetHeader..];
        int header;
        switch (ip[0] >> 4)
        {
            case 4:
                header = (ip[0] & 0x0F) * 4;
                if (header < MinIpv4Header || ip[9] != UdpDatagram.Protocol || (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x1FFF) != 0)
                    return false;
                group = FrameParser.Mapped(ip[16..]);
                break;
            case 6:
                header = Ipv6Header;
                if (ip.Length < Ipv6Header || ip[6] != UdpDatagram.Protocol)
                    return false;
                group = BinaryPrimitives.ReadUInt128BigEndian(ip[24..]);
                if (FrameParser.IsMapped(group))
                    return false; // it would pass for an echo of an IPv4 group
                break;
            default:
                return false;
        }

        if (ip.Length < header + PortsLength)
            return false;
        port = BinaryPrimitives.ReadUInt16BigEndian(ip[(header + 2)..]);
        link = LinkAddressBytes.Read(frame[SourceOffset..]);
        return true;
    }
}

using System.Net;
using System.Runtime.InteropServices;
using Mcr.Native.Checksums;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>Membership reports of IGMPv1 and v2 (RFC 2236): to the group itself, with the router alert option, and a TTL of 1, which is the default.</summary>
internal static unsafe class OldMembershipReport
{
    private const int Size = 8;
    private const byte Version1Report = 0x12;
    private const byte Version2Report = 0x16;

    /// <summary>The option that has routers look at the packet (RFC 2113).</summary>
    private static ReadOnlySpan<byte> RouterAlert => [0x94, 4, 0, 0];

    /// <summary>Sends what can be sent: a switch that hears nothing asks in two minutes at the latest.</summary>
    public static void Send(int interfaceIndex, int version, IEnumerable<IPAddress> groups)
    {
        using FileDescriptor socket = SocketOptions.Open(Libc.AF_INET, Libc.SOCK_RAW, Libc.IPPROTO_IGMP, "IGMP socket");
        PacketFilter.AttachRefuseAll(socket);
        var via = new Libc.ip_mreqn { imr_ifindex = interfaceIndex };
        _ = Libc.setsockopt(socket.Raw, Libc.IPPROTO_IP, Libc.IP_MULTICAST_IF, &via, sizeof(Libc.ip_mreqn));
        fixed (byte* option = RouterAlert)
            _ = Libc.setsockopt(socket.Raw, Libc.IPPROTO_IP, Libc.IP_OPTIONS, option, RouterAlert.Length);
        Span<byte> report = stackalloc byte[Size];
        foreach (IPAddress group in groups)
        {
            Write(report, version, group);
            if (!SocketOptions.TryConnect(socket, InternetAddress.Of(group, 0)).IsSuccess)
                continue;
            fixed (byte* bytes = report)
                _ = Libc.write(socket.Raw, bytes, Size);
        }
    }

    internal static void Write(Span<byte> report, int version, IPAddress group)
    {
        report.Clear();
        report[0] = version == 1 ? Version1Report : Version2Report;
        group.TryWriteBytes(report[4..], out _);
        ushort checksum = (ushort)~InternetChecksum.Fold(InternetChecksum.Add(0, report)); // as the machine stores it
        MemoryMarshal.Write(report[2..], checksum);
    }
}

using System.Buffers.Binary;
using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// Asks on one device's segment who has an IPv4 address, and hears who answers (ARP, RFC 826): the hosts' kernels do so whatever becomes of their programs, and as broadcast no switch that snoops keeps it away. Used by whoever
/// owns it, never by a worker.
/// </summary>
public sealed unsafe class NeighbourProbe : IDisposable
{
    private const int FrameSize = 42; // Ethernet and ARP for IPv4
    private const int ArpOffset = 14;
    private const ushort Request = 1;
    private const ushort Reply = 2;
    private const ulong Broadcast = 0xFFFF_FFFF_FFFF;

    /// <summary>Answers a call: who floods does not keep the caller.</summary>
    private const int Most = 1024;

    private readonly FileDescriptor _socket;

    private NeighbourProbe(FileDescriptor socket) => _socket = socket;

    /// <exception cref="LinuxException">EPERM without CAP_NET_RAW, ENODEV when the device is gone, EMFILE.</exception>
    public static NeighbourProbe Open(int interfaceIndex, string device)
    {
        FileDescriptor socket = SocketOptions.Open(Libc.AF_PACKET, Libc.SOCK_RAW, 0, $"probe socket on {device}");
        try
        {
            SocketOptions.BindToLink(socket, interfaceIndex, Libc.ETH_P_ARP, $"bind the probe socket to {device}");
            return new NeighbourProbe(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <param name="own">An address of the device.</param>
    /// <param name="ownLink">Its MAC address.</param>
    public void Ask(IPAddress own, ulong ownLink, IPAddress target)
    {
        Span<byte> frame = stackalloc byte[FrameSize];
        WriteRequest(frame, own, ownLink, target);
        fixed (byte* bytes = frame)
            _ = Libc.write(_socket.Raw, bytes, FrameSize); // whether it got anywhere is told by the answer
    }

    /// <summary>The MAC addresses of those that have answered since the last call; does not wait.</summary>
    public IReadOnlyCollection<ulong> TakeAnswers()
    {
        var answers = new HashSet<ulong>();
        byte* room = stackalloc byte[FrameSize];
        for (int i = 0; i < Most; i++)
        {
            SysResult read = SysResult.From(Libc.read(_socket.Raw, room, FrameSize));
            if (read.Is(Libc.EAGAIN))
                break;
            if (read.IsSuccess && TryReadReply(new ReadOnlySpan<byte>(room, read.Value), out ulong link))
                answers.Add(link);
        }

        return answers;
    }

    public void Dispose() => _socket.Dispose();

    internal static void WriteRequest(Span<byte> frame, IPAddress own, ulong ownLink, IPAddress target)
    {
        frame.Clear();
        LinkAddressBytes.Write(frame, Broadcast);
        LinkAddressBytes.Write(frame[6..], ownLink);
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], Libc.ETH_P_ARP);
        Span<byte> arp = frame[ArpOffset..];
        BinaryPrimitives.WriteUInt16BigEndian(arp, 1); // Ethernet
        BinaryPrimitives.WriteUInt16BigEndian(arp[2..], Libc.ETH_P_IP);
        arp[4] = 6;
        arp[5] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(arp[6..], Request);
        LinkAddressBytes.Write(arp[8..], ownLink);
        _ = own.TryWriteBytes(arp[14..18], out _);
        _ = target.TryWriteBytes(arp[24..28], out _);
    }

    /// <param name="link">Of who answers.</param>
    internal static bool TryReadReply(ReadOnlySpan<byte> frame, out ulong link)
    {
        link = 0;
        if (frame.Length < FrameSize || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != Libc.ETH_P_ARP || BinaryPrimitives.ReadUInt16BigEndian(frame[(ArpOffset + 6)..]) != Reply)
            return false;
        link = LinkAddressBytes.Read(frame[(ArpOffset + 8)..]);
        return true;
    }
}

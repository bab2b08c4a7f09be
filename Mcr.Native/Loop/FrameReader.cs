using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Packet;

namespace Mcr.Native.Loop;

/// <summary>What the socket said about a frame, and the frame itself, taken together.</summary>
internal static unsafe class FrameReader
{
    /// <returns><see cref="DropReason.Fragment"/> also for what the reassembly may make a datagram of.</returns>
    public static DropReason Parse(in ReceivedFrame received, int linkHeader, out ParsedFrame frame)
    {
        frame = default;
        if (received.Length <= 0 || received.IsTruncated)
            return DropReason.Runt;
        int segment = 0;
        if (received.Vnet.gso_type != Libc.VIRTIO_NET_HDR_GSO_NONE)
        {
            // The other kind a UDP frame can have is UFO: one datagram that the kernel has yet to fragment.
            if (received.Vnet.gso_type != Libc.VIRTIO_NET_HDR_GSO_UDP_L4)
                return DropReason.Fragment;
            segment = received.Vnet.gso_size;
        }

        bool trusted = (received.Vnet.flags & (Libc.VIRTIO_NET_HDR_F_NEEDS_CSUM | Libc.VIRTIO_NET_HDR_F_DATA_VALID)) != 0;
        DropReason reason = FrameParser.Parse(new ReadOnlySpan<byte>(received.Data, received.Length), linkHeader, segment, trusted, out frame);
        if (received.VlanId != 0)
            return DropReason.Vlan;
        if (reason is not (DropReason.None or DropReason.Fragment))
            return reason;

        // A frame for another host is flooding or promiscuous mode; a unicast datagram must be for this host.
        byte type = received.PacketType;
        return type == Libc.PACKET_OTHERHOST || (!frame.IsMulticast && type != Libc.PACKET_HOST) ? DropReason.OtherHost : reason;
    }
}

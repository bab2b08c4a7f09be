using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>One frame as a packet socket delivered it; its bytes stay where they are until the source is asked for more.</summary>
public unsafe struct ReceivedFrame
{
    /// <summary>Bytes of struct virtio_net_hdr, which the kernel puts in front of each frame.</summary>
    internal const int VnetHeaderSize = 10;

    /// <summary>vnet header, Ethernet, the longest IP packet; rounded up to pages.</summary>
    internal const int MaxBytes = 68 * 1024;

    /// <summary>From the link header on.</summary>
    public byte* Data;

    /// <summary>Bytes of frame; negative when not even a vnet header arrived.</summary>
    public int Length;

    /// <summary>Segment size of a merged frame, and what is known of its checksum.</summary>
    internal Libc.virtio_net_hdr Vnet;

    /// <summary>In place of a time that is not known.</summary>
    public const long UnknownArrival = 0;

    /// <summary>When the kernel received it, nanoseconds since 1970, or <see cref="UnknownArrival"/>.</summary>
    public long Arrival;

    /// <summary>The id of the VLAN tag that the kernel took off the frame; 0 for none or a mere priority tag.</summary>
    public ushort VlanId;

    /// <summary>PACKET_HOST, PACKET_MULTICAST, ….</summary>
    public byte PacketType;

    /// <summary>The frame was longer than the place for it.</summary>
    public bool IsTruncated;
}

using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// Sizes of a mapped ring (TPACKET_V2, packet(7)): slots of one size in blocks of one size, frames do not cross blocks. A slot is laid out so
/// (numbers for Ethernet):
/// <code>
///   0   struct tpacket2_hdr   32
///  32   struct sockaddr_ll    20
///  66   vnet header           10    in front of the frame, wherever that is
///  76   link header           14
///  90   IP packet                   at TPACKET_ALIGN(52 + 16) + 10
/// </code>
/// </summary>
public readonly record struct RingGeometry(int FrameSize, int BlockSize, int Blocks)
{
    /// <summary>Where the IP packet begins, at most: the kernel aligns header, address and (at least 16 bytes of) link header, then adds the vnet header.</summary>
    internal const int PacketOffset = ((Libc.TPACKET2_HDRLEN + 16 + Libc.TPACKET_ALIGNMENT - 1) & ~(Libc.TPACKET_ALIGNMENT - 1)) + ReceivedFrame.VnetHeaderSize;

    /// <summary>A slot at most: an MTU above that would make a ring of few slots. Longer frames are copied, as merged ones are.</summary>
    internal const int MaxFrameSize = (DefaultBlockSize / 4) - CacheLine;

    /// <summary>Physically contiguous memory that the kernel finds on any machine; it takes single pages where it does not.</summary>
    private const int DefaultBlockSize = 64 * 1024;

    private const int MinBlocks = 4;
    private const int CacheLine = 64;

    /// <summary>A VLAN tag within the frame, once or twice, is not part of the MTU.</summary>
    private const int TagRoom = 8;

    public bool IsNone => Blocks == 0;

    public int FramesPerBlock => FrameSize == 0 ? 0 : BlockSize / FrameSize;

    public int Frames => FramesPerBlock * Blocks;

    public long Bytes => (long)BlockSize * Blocks;

    /// <summary>
    /// Offset of eight bytes behind the last slot of the first block, which the kernel never touches: they say how far the ring has been read,
    /// and go with the ring from one worker to the next.
    /// </summary>
    internal int PositionOffset => FramesPerBlock * FrameSize;

    /// <summary>A ring whose slots hold any frame of a device, within about <paramref name="bytes"/>: it is allocated at once, unlike a socket's queue.</summary>
    /// <param name="mtu">Of the device; longer frames (merged ones, or after it has been raised) are copied.</param>
    public static RingGeometry For(int mtu, int bytes)
    {
        int frame = Math.Min(RoundUp(PacketOffset + TagRoom + mtu), MaxFrameSize);
        while (DefaultBlockSize % frame < sizeof(long))
            frame += CacheLine; // no slack for the position
        return new RingGeometry(frame, DefaultBlockSize, Math.Max(bytes / DefaultBlockSize, MinBlocks));
    }

    private static int RoundUp(int bytes) => (bytes + CacheLine - 1) / CacheLine * CacheLine;
}

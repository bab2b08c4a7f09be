using System.Net;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;

namespace Mcr.Native.Ingress;

/// <summary>
/// The ingress socket (packet(7)): sees every frame of one device before the kernel's reverse path check. Made by mcrd, used by
/// the worker through a passed duplicate; a duplicate kept here keeps its queue alive when the worker dies.
/// </summary>
public sealed unsafe class PacketSocket : IDisposable
{
    /// <summary>Bytes of queue beside a ring, however large that is: some merged frames.</summary>
    private const int MinQueue = 1 << 20;

    private readonly int _linkHeader;

    private PacketSocket(FileDescriptor descriptor, int linkHeader, int receiveBuffer, RingGeometry ring, string? refusal)
    {
        Descriptor = descriptor;
        _linkHeader = linkHeader;
        ReceiveBuffer = receiveBuffer;
        Ring = ring;
        RingRefusal = refusal;
    }

    public FileDescriptor Descriptor { get; }

    /// <summary>Bytes that the kernel queues for us, less than asked for when it may not be forced.</summary>
    public int ReceiveBuffer { get; }

    /// <summary>What the frames are written to; none: they are read with recvmmsg.</summary>
    public RingGeometry Ring { get; }

    /// <summary>A sentence that says why there is no ring although one was asked for.</summary>
    public string? RingRefusal { get; }

    /// <summary>
    /// Opens, filters, then binds: a frame is never queued before the filter stands. Protocol 0 keeps the socket deaf until bind.
    /// The filter is not locked (SO_LOCK_FILTER), although it never changes: through a socket that is, PACKET_FANOUT_DATA fails with EPERM, and that is how a
    /// <see cref="FanoutGroup"/> gives flows to other workers.
    /// ETH_P_ALL, because with ETH_P_IP a VLAN tag is invisible and tagged frames leak in.
    /// </summary>
    /// <param name="receiveBuffer">Bytes of queue, of which a ring is a part: what it leaves is for the frames that are longer than a slot.</param>
    /// <param name="ring">None, or the ring to make; where the kernel refuses it (no memory), the socket is made without.</param>
    /// <param name="deaf">Take no frame before <see cref="Hear"/>: a socket that joins a <see cref="FanoutGroup"/> would get every frame until it has.</param>
    /// <exception cref="LinuxException">EPERM without CAP_NET_RAW, ENODEV when the device is gone.</exception>
    public static PacketSocket Open(Link link, int receiveBuffer, RingGeometry ring = default, bool deaf = false)
    {
        FileDescriptor socket = SocketOptions.Open(Libc.AF_PACKET, Libc.SOCK_RAW, 0, $"ingress socket on {link.Name}");
        try
        {
            if (deaf)
                PacketFilter.AttachRefuseAll(socket);
            else
                PacketFilter.AttachUdp(socket, link.LinkHeader);
            SocketOptions.Set(socket, Libc.SOL_PACKET, Libc.PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING (Linux 4.20)");
            SocketOptions.Set(socket, Libc.SOL_PACKET, Libc.PACKET_AUXDATA, 1, "PACKET_AUXDATA");
            SocketOptions.Set(socket, Libc.SOL_PACKET, Libc.PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
            BeginStamping(socket);
            string? refusal = ring.IsNone ? null : TryMakeRing(socket, ring, link.Name);
            if (refusal is not null)
                ring = default;
            int granted = SocketOptions.SetBuffer(socket, Libc.SO_RCVBUFFORCE, Libc.SO_RCVBUF, (int)Math.Max(receiveBuffer - ring.Bytes, MinQueue));
            SocketOptions.BindToLink(socket, link.Index, Libc.ETH_P_ALL, $"bind the ingress socket to {link.Name}");
            return new PacketSocket(socket, link.LinkHeader, granted, ring, refusal);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One of no device, for a worker whose frames come by other sockets: it is bound to nothing, and no frame ever comes.</summary>
    /// <exception cref="LinuxException">EPERM without CAP_NET_RAW, EMFILE.</exception>
    public static PacketSocket OpenDeaf(string name)
    {
        FileDescriptor socket = SocketOptions.Open(Libc.AF_PACKET, Libc.SOCK_RAW, 0, $"ingress socket of {name}"); // protocol 0
        try
        {
            PacketFilter.AttachRefuseAll(socket);
            return new PacketSocket(socket, 0, 0, default, refusal: null);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One that an earlier mcrd has made; takes ownership.</summary>
    /// <param name="ring">What it was made with.</param>
    public static PacketSocket Adopt(FileDescriptor descriptor, int linkHeader, RingGeometry ring) =>
        new(descriptor, linkHeader, SocketOptions.Get(descriptor, Libc.SOL_SOCKET, Libc.SO_RCVBUF) / 2, ring, refusal: null);

    /// <summary>It shares its device's frames with others.</summary>
    public bool IsInGroup => SocketOptions.Get(Descriptor, Libc.SOL_PACKET, Libc.PACKET_FANOUT) != 0;

    /// <summary>Who asks once for the latest frame's time (socket(7)) gets it of every later one; that none has come yet is an error.</summary>
    private static void BeginStamping(FileDescriptor socket)
    {
        Libc.timespec time;
        _ = Libc.ioctl(socket.Raw, Libc.SIOCGSTAMPNS, &time);
    }

    /// <summary>Frames the kernel dropped because the queue was full since the last call (PACKET_STATISTICS resets on reading).</summary>
    public long TakeDrops()
    {
        Libc.tpacket_stats stats;
        int length = sizeof(Libc.tpacket_stats);
        return SysResult.From(Libc.getsockopt(Descriptor.Raw, Libc.SOL_PACKET, Libc.PACKET_STATISTICS, &stats, &length)).IsSuccess ? stats.tp_drops : 0;
    }

    /// <summary>Ends the deafness that the socket was opened with.</summary>
    internal void Hear() => PacketFilter.AttachUdp(Descriptor, _linkHeader);

    /// <summary>Takes UDP to these addresses from now on, and nothing else.</summary>
    /// <exception cref="LinuxException">there is no memory for the program.</exception>
    public void Hear(IReadOnlyCollection<IPAddress> addresses)
    {
        try
        {
            PacketFilter.AttachFeeds(Descriptor, _linkHeader, addresses);
        }
        catch (LinuxException e) when (e.Errno == Libc.ENOMEM) // sysctl net.core.optmem_max
        {
            PacketFilter.AttachEveryFeed(Descriptor, _linkHeader);
        }
    }

    public void Dispose() => Descriptor.Dispose();

    /// <summary>
    /// TPACKET_V2, because it wakes the reader for each frame (V3 waits for a block or a timer). PACKET_COPY_THRESH: a frame that is longer than a
    /// slot is queued whole on the socket, and its slot says so.
    /// </summary>
    /// <returns>null, or a sentence that says why not.</returns>
    private static string? TryMakeRing(FileDescriptor socket, RingGeometry ring, string device)
    {
        SysResult made = SocketOptions.TrySet(socket, Libc.SOL_PACKET, Libc.PACKET_VERSION, Libc.TPACKET_V2);
        if (made.IsSuccess)
            made = SocketOptions.TrySet(socket, Libc.SOL_PACKET, Libc.PACKET_COPY_THRESH, 1);
        if (made.IsSuccess)
        {
            var request = new Libc.tpacket_req
            {
                tp_block_size = (uint)ring.BlockSize,
                tp_block_nr = (uint)ring.Blocks,
                tp_frame_size = (uint)ring.FrameSize,
                tp_frame_nr = (uint)ring.Frames,
            };
            made = SysResult.From(Libc.setsockopt(socket.Raw, Libc.SOL_PACKET, Libc.PACKET_RX_RING, &request, sizeof(Libc.tpacket_req)));
        }

        return made.IsSuccess
            ? null
            : $"{device}: the kernel refused a mapped ring of {ring.Bytes >> 10} KiB, {LinuxException.Describe(made.Errno)}; frames are read with recvmmsg instead, as with ingress = mmsg (a smaller receive-buffer makes a smaller ring)";
    }
}

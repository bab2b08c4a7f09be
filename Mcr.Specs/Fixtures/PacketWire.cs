using System.Net;
using System.Net.Sockets;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;

namespace Mcr.Specs.Fixtures;

/// <summary>
/// A veth pair: datagrams, merged datagrams and crafted frames go in at one end in order, a packet socket of ours is at the other.
/// </summary>
internal sealed class PacketWire : IDisposable
{
    public const string Group = "239.1.1.1";
    public const int Port = 5000;
    private const int UdpLevel = 17;

    private readonly NetworkNamespace _near;
    private readonly NetworkNamespace _far;
    private readonly Socket _plain;
    private readonly Socket _merging;
    private readonly FileDescriptor _raw;

    /// <param name="ring">Of the packet socket; none for a socket that is read by message.</param>
    public PacketWire(RingGeometry ring, int receiveBuffer = 64 << 20, int mtu = 1500)
    {
        NamespaceSupport.Require();
        _near = new NetworkNamespace("near");
        _far = new NetworkNamespace("far");
        NetworkNamespace.Connect(_near, "near0", "10.1.0.1/24", _far, "far0", "10.1.0.2/24");
        _near.Ip($"link set near0 mtu {mtu}");
        _far.Ip($"link set far0 mtu {mtu}");
        Socket = _far.Run(() => PacketSocket.Open(FarLink(), receiveBuffer, ring));
        (_plain, _merging, _raw) = _near.Run(() =>
        {
            PinThread(); // so that frames stay in order on their way
            return (Datagrams(), Datagrams(), Frames(LinkReader.Read()));
        });
    }

    public PacketSocket Socket { get; }

    public NetworkNamespace Far => _far;

    public void Send(byte[] payload) => _near.Run(() => _ = _plain.Send(payload));

    public void Send(IEnumerable<byte[]> payloads) => _near.Run(() =>
    {
        foreach (byte[] payload in payloads)
            _ = _plain.Send(payload);
    });

    /// <summary>One frame that stands for several datagrams.</summary>
    public void SendMerged(byte[] payload, int segment) => _near.Run(() =>
    {
        _merging.SetRawSocketOption(UdpLevel, Libc.UDP_SEGMENT, BitConverter.GetBytes(segment));
        _ = _merging.Send(payload);
    });

    public unsafe void SendFrame(byte[] frame) => _near.Run(() =>
    {
        fixed (byte* bytes = frame)
            _ = SysResult.From(Libc.write(_raw.Raw, bytes, frame.Length)).OrThrow("send a frame");
    });

    public void Dispose()
    {
        _plain.Dispose();
        _merging.Dispose();
        _raw.Dispose();
        Socket.Dispose();
        _near.Dispose();
        _far.Dispose();
    }

    private static Link FarLink()
    {
        LinkReader.Read().TryGet("far0", out Link? link);
        return link!;
    }

    private static Socket Datagrams()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { SendBufferSize = 1 << 20 };
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Parse("10.1.0.1").GetAddressBytes());
        socket.Connect(IPAddress.Parse(Group), Port);
        return socket;
    }

    private static unsafe FileDescriptor Frames(LinkTable links)
    {
        links.TryGet("near0", out Link? link);
        FileDescriptor socket = SocketOptions.Open(Libc.AF_PACKET, Libc.SOCK_RAW, 0, "frames");
        var address = new Libc.sockaddr_ll { sll_family = Libc.AF_PACKET, sll_ifindex = link!.Index };
        SysResult.From(Libc.bind(socket.Raw, &address, sizeof(Libc.sockaddr_ll))).OrThrow("bind to near0");
        return socket;
    }

    private static unsafe void PinThread()
    {
        ulong mask = 1;
        _ = Libc.sched_setaffinity(0, sizeof(ulong), &mask); // where we may not, frames may change places
    }
}

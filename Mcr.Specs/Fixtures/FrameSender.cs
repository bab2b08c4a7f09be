using Mcr.Native.Interop;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;

namespace Mcr.Specs.Fixtures;

/// <summary>Puts frames on a device as they are.</summary>
internal sealed unsafe class FrameSender : IDisposable
{
    private readonly FileDescriptor _socket;

    public FrameSender(NetworkNamespace place, string device) => _socket = place.Run(() =>
    {
        Assert.True(LinkReader.Read().TryGet(device, out Link? link));
        FileDescriptor socket = SocketOptions.Open(Libc.AF_PACKET, Libc.SOCK_RAW, 0, "frame sender");
        var address = new Libc.sockaddr_ll { sll_family = Libc.AF_PACKET, sll_ifindex = link.Index };
        SysResult.From(Libc.bind(socket.Raw, &address, sizeof(Libc.sockaddr_ll))).OrThrow("bind the frame sender");
        return socket;
    });

    public void Send(byte[] frame)
    {
        fixed (byte* bytes = frame)
            SysResult.From(Libc.write(_socket.Raw, bytes, frame.Length)).OrThrow("send a frame");
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>The frame with a tag between its addresses and its EtherType (802.1Q; 0x88A8 makes it a service tag).</summary>
    public static byte[] Tagged(byte[] frame, int id, int type = 0x8100, int priority = 0) =>
        [.. frame[..12], (byte)(type >> 8), (byte)type, (byte)((priority << 5) | (id >> 8)), (byte)id, .. frame[12..]];

    /// <summary>The frame addressed to an IPv4 group's MAC, as a switch would deliver it (RFC 1112).</summary>
    public static byte[] ToGroup(byte[] frame)
    {
        byte[] copy = [.. frame];
        copy[0] = 0x01;
        copy[2] = 0x5E;
        copy[3] = (byte)(frame[31] & 0x7F);
        copy[4] = frame[32];
        copy[5] = frame[33];
        copy[6] = 0x02; // a source that is somebody
        return copy;
    }
}

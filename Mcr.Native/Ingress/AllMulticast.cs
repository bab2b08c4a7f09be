using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// Has a device take in every multicast frame, whatever was joined, for as long as this is open (PACKET_MR_ALLMULTI, packet(7)). It tells no switch: what the network
/// sends is not changed by it. No frame is ever read here.
/// </summary>
public sealed unsafe class AllMulticast : IDisposable
{
    private AllMulticast(FileDescriptor socket) => Descriptor = socket;

    public FileDescriptor Descriptor { get; }

    /// <exception cref="LinuxException">EPERM without CAP_NET_RAW, ENODEV when the device is gone.</exception>
    public static AllMulticast Take(int interfaceIndex, string device)
    {
        FileDescriptor socket = SocketOptions.Open(Libc.AF_PACKET, Libc.SOCK_RAW, 0, $"all-multicast on {device}"); // protocol 0: it hears nothing
        try
        {
            var request = new Libc.packet_mreq { mr_ifindex = interfaceIndex, mr_type = Libc.PACKET_MR_ALLMULTI };
            SysResult.From(Libc.setsockopt(socket.Raw, Libc.SOL_PACKET, Libc.PACKET_ADD_MEMBERSHIP, &request, sizeof(Libc.packet_mreq))).OrThrow($"all-multicast on {device}");
            return new AllMulticast(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => Descriptor.Dispose();
}

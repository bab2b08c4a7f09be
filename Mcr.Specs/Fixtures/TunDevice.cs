using System.Text;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;
using Tmds.Linux;

namespace Mcr.Specs.Fixtures;

/// <summary>A tun device whose other end is held here: what is written arrives on it as an IP packet (linux/if_tun.h).</summary>
internal sealed unsafe class TunDevice : IDisposable
{
    private const uint TunSetIff = 0x400454CA;
    private const short TunNoPacketInfo = 0x1001; // IFF_TUN | IFF_NO_PI

    private readonly FileStream _device;

    public TunDevice(NetworkNamespace place, string name) => _device = place.Run(() =>
    {
        var device = new FileStream("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        byte* request = stackalloc byte[40]; // struct ifreq
        new Span<byte>(request, 40).Clear();
        Encoding.ASCII.GetBytes(name, new Span<byte>(request, 15));
        *(short*)(request + 16) = TunNoPacketInfo;
        SysResult.From(LibC.ioctl((int)device.SafeFileHandle.DangerousGetHandle(), (int)TunSetIff, request)).OrThrow("TUNSETIFF");
        return device;
    });

    public void Write(byte[] packet) => _device.Write(packet);

    /// <returns>So many datagrams to the port that were sent on the device, or those that came in time.</returns>
    public List<WireDatagram> Read(int count, int port, TimeSpan patience)
    {
        var seen = new List<WireDatagram>();
        byte[] packet = new byte[65_536];
        var polled = new Libc.pollfd { fd = (int)_device.SafeFileHandle.DangerousGetHandle(), events = Libc.POLLIN };
        while (seen.Count < count && Libc.poll(&polled, 1, (int)patience.TotalMilliseconds) > 0)
        {
            int length = _device.Read(packet);
            var datagram = new WireDatagram([.. new byte[14], .. packet.AsSpan(0, length)]);
            if (!datagram.IsIpv6 && datagram.IsWhole && datagram.Port == port)
                seen.Add(datagram);
        }

        return seen;
    }

    public void Dispose() => _device.Dispose();
}

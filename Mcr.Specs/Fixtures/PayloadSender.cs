using System.Net;
using System.Net.Sockets;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>Sends payloads as they are, from one socket: one source port.</summary>
internal sealed class PayloadSender : IDisposable
{
    private readonly Socket _socket;
    private readonly IPEndPoint _to;

    /// <param name="own">The address of the device to send from.</param>
    /// <param name="ttl">More than 1 for what a router is to forward.</param>
    public PayloadSender(NetworkNamespace place, string own, string group, int port, int ttl = 1)
    {
        _to = new IPEndPoint(IPAddress.Parse(group), port);
        _socket = place.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Parse(own).GetAddressBytes());
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, ttl);
            return socket;
        });
    }

    public void Send(params IEnumerable<byte[]> payloads)
    {
        foreach (byte[] payload in payloads)
            _socket.SendTo(payload, _to);
    }

    public void Dispose() => _socket.Dispose();
}

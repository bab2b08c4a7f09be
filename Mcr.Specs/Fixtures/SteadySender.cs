using System.Net;
using System.Net.Sockets;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>Some 10,000 datagrams a second to a group, whatever becomes of the device meanwhile: an error is passed over, and the next is sent.</summary>
internal sealed class SteadySender : IDisposable
{
    private const int BurstPerMillisecond = 10;

    private readonly Socket _socket;
    private readonly Thread _thread;
    private volatile bool _ended;

    /// <param name="own">The address of the device to send from.</param>
    public SteadySender(NetworkNamespace place, string own, string group, int port)
    {
        _socket = place.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Parse(own).GetAddressBytes());
            return socket;
        });
        var to = new IPEndPoint(IPAddress.Parse(group), port);
        _thread = new Thread(() => Send(to)) { IsBackground = true, Name = "steady sender" };
        _thread.Start();
    }

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Send(IPEndPoint to)
    {
        byte[] payload = new byte[100];
        while (!_ended)
        {
            for (int i = 0; i < BurstPerMillisecond; i++)
            {
                try
                {
                    _socket.SendTo(payload, to);
                }
                catch (SocketException)
                {
                    break; // the device is down, or gone
                }
            }

            Thread.Sleep(1);
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>Every datagram to one group and port as it arrives: when, and from which address.</summary>
internal sealed class Arrivals : IDisposable
{
    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<(long At, IPAddress From)> _all = new();

    /// <param name="own">The address of the device to listen on.</param>
    public Arrivals(NetworkNamespace place, string group, int port, string own)
    {
        _socket = place.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 100, ReceiveBufferSize = 8 << 20 };
            IPAddress destination = IPAddress.Parse(group);
            socket.Bind(new IPEndPoint(destination, port));
            if (destination.GetAddressBytes()[0] >= 224)
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(destination, IPAddress.Parse(own)));
            return socket;
        });
        _thread = new Thread(Receive) { IsBackground = true, Name = "arrivals" };
        _thread.Start();
    }

    public int Count => _all.Count;

    public IPAddress? LastFrom => _all.LastOrDefault().From;

    /// <summary>Waits for one that came after <paramref name="timestamp"/> (of <see cref="Stopwatch"/>), and says how long after.</summary>
    public TimeSpan FirstAfter(long timestamp, int seconds = 20)
    {
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            (long at, _) = _all.FirstOrDefault(a => a.At > timestamp);
            if (at != 0)
                return Stopwatch.GetElapsedTime(timestamp, at);
            Thread.Sleep(1);
        }

        throw new TimeoutException($"nothing arrived within {seconds} s ({Count} before)");
    }

    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join();
    }

    private void Receive()
    {
        byte[] buffer = new byte[65536];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            try
            {
                _socket.ReceiveFrom(buffer, ref from);
                _all.Enqueue((Stopwatch.GetTimestamp(), ((IPEndPoint)from).Address));
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}

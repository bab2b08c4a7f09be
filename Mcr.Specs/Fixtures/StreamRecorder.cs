using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>Receives a group on a thread of its own, with room for what comes while that does not run.</summary>
internal abstract class StreamRecorder : IDisposable
{
    private const int Force = 33; // SO_RCVBUFFORCE
    private const int QueueBytes = 64 << 20;

    private readonly Socket _socket;
    private readonly Thread _thread;

    /// <param name="own">The address of the device to receive on.</param>
    protected StreamRecorder(NetworkNamespace place, string own, string group, int port)
    {
        _socket = place.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.SetRawSocketOption(1, Force, BitConverter.GetBytes(QueueBytes));
            socket.Bind(new IPEndPoint(IPAddress.Parse(group), port));
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(IPAddress.Parse(group), IPAddress.Parse(own)));
            return socket;
        });
        _thread = new Thread(Receive) { IsBackground = true, Name = "recorder" };
        _thread.Start();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join();
    }

    /// <summary>On the recorder's thread, of which no other one writes what it writes.</summary>
    /// <param name="now">A time of <see cref="Stopwatch"/>.</param>
    protected abstract void Take(Span<byte> payload, long now);

    private void Receive()
    {
        Precedence.Take(); // a busy machine fills the queue within two seconds at 50,000 a second
        byte[] buffer = new byte[2048];
        try
        {
            while (true)
            {
                int length = _socket.Receive(buffer);
                Take(buffer.AsSpan(0, length), Stopwatch.GetTimestamp());
            }
        }
        catch (SocketException)
        {
            // disposed
        }
        catch (ObjectDisposedException)
        {
        }
    }
}

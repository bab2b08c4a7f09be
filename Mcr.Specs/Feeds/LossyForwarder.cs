using System.Net;
using System.Net.Sockets;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Feeds;

/// <summary>Takes what a program sends to a port of its own host and sends it over two paths, each of which loses a tenth: never the same datagram.</summary>
internal sealed class LossyForwarder : IDisposable
{
    public const int Port = 7000;

    private readonly Socket _socket;
    private readonly PayloadSender[] _paths;
    private readonly Thread _thread;
    private readonly long[] _carried;
    private long _taken;

    public LossyForwarder(NetworkNamespace place, params ImpairedPath[] paths)
    {
        _paths = [.. paths.Select(p => new PayloadSender(place, p.Own, p.Group, p.Port))];
        _carried = new long[paths.Length];
        _socket = place.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
            socket.Bind(new IPEndPoint(IPAddress.Loopback, Port));
            return socket;
        });
        _thread = new Thread(Forward) { IsBackground = true, Name = "lossy forwarder" };
        _thread.Start();
    }

    /// <summary>Datagrams that came from the program.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    public long Carried(int path) => Interlocked.Read(ref _carried[path]);

    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join();
        foreach (PayloadSender path in _paths)
            path.Dispose();
    }

    private void Forward()
    {
        var random = new Random(1);
        byte[] buffer = new byte[65_536];
        try
        {
            while (true)
            {
                byte[] payload = buffer[.._socket.Receive(buffer)];
                int lossy = random.Next(10); // that path loses it, if there is one
                for (int i = 0; i < _paths.Length; i++)
                {
                    if (i == lossy)
                        continue;
                    _paths[i].Send(payload);
                    Interlocked.Increment(ref _carried[i]);
                }

                Interlocked.Increment(ref _taken);
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

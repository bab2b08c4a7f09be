using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>Somebody to whom mcrd posts events, on the loopback device of its namespace: takes them, is away, or answers whatever a spec wants.</summary>
internal sealed class EventReceiver(NetworkNamespace place) : IDisposable
{
    private const string Good = "HTTP/1.1 204 No Content\r\n\r\n";

    private readonly ConcurrentDictionary<Socket, bool> _connections = new();
    private Socket? _listener;
    private IPEndPoint _at = new(IPAddress.Loopback, 0);

    public string Url => $"http://127.0.0.1:{_at.Port}/hook?token=secret";

    /// <summary>Every request that has come, whatever was answered.</summary>
    public ConcurrentQueue<(string Head, JsonElement Body)> Requests { get; } = new();

    /// <summary>Those that were answered with <see cref="Answer"/> as it is at first.</summary>
    public ConcurrentQueue<JsonElement> Posts { get; } = new();

    /// <summary>What an answer begins with; then <see cref="Rest"/> is sent again and again, until the client has gone.</summary>
    public volatile string Answer = Good;

    /// <summary>null: nothing comes after the answer.</summary>
    public volatile string? Rest;

    /// <summary>Bytes of the rest that could be sent before the client had gone, of the last request with one; -1 while it is there.</summary>
    public long Swallowed => Volatile.Read(ref _swallowed);

    private long _swallowed;

    public void BeThere()
    {
        _listener = place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        _listener.Bind(_at);
        _at = (IPEndPoint)_listener.LocalEndPoint!;
        _listener.Listen();
        Socket listener = _listener;
        new Thread(() => Accept(listener)) { IsBackground = true, Name = "receiver" }.Start();
    }

    public void BeAway()
    {
        _listener?.Dispose();
        foreach (Socket connection in _connections.Keys)
            connection.Dispose();
    }

    public void BeGood() => (Rest, Answer) = (null, Good);

    public void Dispose() => BeAway();

    private void Accept(Socket listener)
    {
        try
        {
            while (true)
            {
                Socket client = listener.Accept();
                client.SendBufferSize = 8192;
                _connections.TryAdd(client, true);
                new Thread(() => Serve(client)) { IsBackground = true, Name = "receiver's client" }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Away.
        }
    }

    private void Serve(Socket client)
    {
        try
        {
            using var stream = new NetworkStream(client, ownsSocket: true);
            while (Read(stream) is var (head, body))
            {
                (string answer, string? rest) = (Answer, Rest);
                Requests.Enqueue((head, body));
                if (rest is null && answer == Good)
                    Posts.Enqueue(body);
                Volatile.Write(ref _swallowed, rest is null ? 0 : -1);
                stream.Write(Encoding.UTF8.GetBytes(answer));
                if (rest is not null)
                    Flood(stream, Encoding.UTF8.GetBytes(rest));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // One of the two has gone.
        }
        finally
        {
            _connections.TryRemove(client, out _);
        }
    }

    private void Flood(NetworkStream stream, byte[] rest)
    {
        long sent = 0;
        try
        {
            while (true)
            {
                stream.Write(rest);
                sent += rest.Length;
            }
        }
        finally
        {
            Volatile.Write(ref _swallowed, sent);
        }
    }

    /// <returns>null when the client has gone.</returns>
    private static (string Head, JsonElement Body)? Read(NetworkStream stream)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            int next = stream.ReadByte();
            if (next < 0)
                return null;
            head.Append((char)next);
        }

        string length = head.ToString().Split("\r\n").Single(l => l.StartsWith("Content-Length: ", StringComparison.Ordinal))["Content-Length: ".Length..];
        byte[] body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
        stream.ReadExactly(body);
        return (head.ToString(), JsonDocument.Parse(body).RootElement);
    }
}

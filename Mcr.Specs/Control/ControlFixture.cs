using System.Collections.Concurrent;
using System.Net.Sockets;
using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

/// <summary>A control server in a directory of its own, with a handler that a spec may replace, and what it logged.</summary>
internal sealed class ControlFixture : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mcr");
    private ControlServer? _server;

    public ControlFixture(bool start = true, ControlServerOptions? options = null)
    {
        if (start)
            _server = Open(options);
    }

    public string SocketPath => Path.Combine(_directory.FullName, "run", "control.sock");

    public string LockPath => SocketPath + ".lock";

    public ConcurrentQueue<string> Log { get; } = new();

    public ConcurrentQueue<ControlRequest> Requests { get; } = new();

    public ConcurrentQueue<ControlPeer> Peers { get; } = new();

    public Func<ControlRequest, CancellationToken, Task<ControlResponse>> Handle { get; set; } = (_, _) => Task.FromResult<ControlResponse>(new ControlResponse.Pong());

    public ControlServer Open(ControlServerOptions? options = null, string group = "") => ControlServer.Open(
        SocketPath,
        group,
        (request, peer, token) =>
        {
            Peers.Enqueue(peer);
            Requests.Enqueue(request);
            return Handle(request, token);
        },
        Log.Enqueue,
        options);

    public ControlClient Connect() => ControlClient.Connect(SocketPath, Patience);

    public void AnswerWith(ControlResponse response) => Handle = (_, _) => Task.FromResult(response);

    /// <summary>A connection without manners.</summary>
    public Socket ConnectRaw()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)Patience.TotalMilliseconds, SendTimeout = (int)Patience.TotalMilliseconds };
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return socket;
    }

    /// <summary>Reads one response; then there has to be nothing more, and the connection closed.</summary>
    public static ControlResponse LastAnswer(Socket socket)
    {
        ControlResponse answer = Answer(socket);
        Assert.True(IsClosed(socket));
        return answer;
    }

    public static ControlResponse Answer(Socket socket)
    {
        byte[] header = Take(socket, ControlFrame.HeaderBytes);
        return ResponseCodec.Decode(Take(socket, ControlFrame.ReadLength(header, ControlProtocol.MaxResponseBytes)));
    }

    public static string Sentence(ControlResponse response) => Assert.IsType<ControlResponse.Error>(response).Problems.Single().Sentence;

    /// <summary>Waits for the other side to close; data before that is an error.</summary>
    public static bool IsClosed(Socket socket)
    {
        try
        {
            return socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true; // closed with bytes of ours unread
        }
    }

    /// <summary>Waits for the other side to close, whatever it says before.</summary>
    public static void Drain(Socket socket)
    {
        while (!IsClosed(socket))
        {
            // one byte less
        }
    }

    public async Task StopAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Delete(recursive: true);
    }

    private static byte[] Take(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int got = 0; got < count;)
        {
            int more = socket.Receive(bytes.AsSpan(got));
            Assert.True(more > 0, $"the connection was closed after {got} of {count} bytes");
            got += more;
        }

        return bytes;
    }
}

using System.Diagnostics;
using System.Net.Sockets;

namespace Mcr.Actors.Control;

/// <summary>
/// A client's end of the control socket. Synchronous: a command that asks once and ends would pay more for the machinery of
/// asynchronous sockets than for the question.
/// </summary>
public sealed class ControlClient : IControlLink
{
    private readonly Socket _socket;
    private readonly string _path;
    private readonly TimeSpan _patience;

    private ControlClient(Socket socket, string path, TimeSpan patience)
    {
        _socket = socket;
        _path = path;
        _patience = patience;
    }

    /// <param name="patience">For the connection, and again for each answer.</param>
    /// <exception cref="ControlClientException">nobody is there, or does not let us in.</exception>
    public static ControlClient Connect(string path, TimeSpan patience)
    {
        Socket? socket = null;
        try
        {
            var address = new UnixDomainSocketEndPoint(path);
            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = Milliseconds(patience) };
            socket.Connect(address);
            return new ControlClient(socket, path, patience);
        }
        catch (ArgumentException e)
        {
            throw new ControlClientException(ControlClientProblem.NotRunning, $"'{path}' cannot be the path of a socket: it is empty or longer than {ControlListener.MaxPathBytes} bytes; give mcrd's with --socket-path", e);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw Explain(e, path, patience);
        }
    }

    /// <inheritdoc/>
    public ControlResponse Ask(ControlRequest request) => Understood(() => ResponseCodec.Decode(AskJson(request)));

    /// <inheritdoc/>
    public byte[] AskJson(ControlRequest request)
    {
        long until = Stopwatch.GetTimestamp() + (long)(_patience.TotalSeconds * Stopwatch.Frequency);
        byte[] frame = ControlFrame.Wrap(RequestCodec.Encode(request), ControlProtocol.MaxRequestBytes);
        SocketException? unsent = Send(frame);
        byte[] header = new byte[ControlFrame.HeaderBytes];
        Fill(header, until, unsent);
        byte[] json = new byte[Understood(() => ControlFrame.ReadLength(header, ControlProtocol.MaxResponseBytes))];
        Fill(json, until, unsent);
        return json;
    }

    public void Dispose() => _socket.Dispose();

    /// <returns>Why it could not be sent: mcrd may have said why it closes the connection, and that is the better sentence.</returns>
    private SocketException? Send(byte[] frame)
    {
        try
        {
            _socket.SendTimeout = Milliseconds(_patience);
            for (int sent = 0; sent < frame.Length;)
                sent += _socket.Send(frame.AsSpan(sent));
            return null;
        }
        catch (SocketException e)
        {
            return e;
        }
    }

    private void Fill(Span<byte> buffer, long until, SocketException? unsent)
    {
        try
        {
            while (buffer.Length > 0)
            {
                _socket.ReceiveTimeout = Math.Max(1, (int)Math.Min(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), until).TotalMilliseconds, int.MaxValue));
                int got = _socket.Receive(buffer);
                if (got == 0)
                    throw unsent is null ? Closed(null) : Explain(unsent, _path, _patience);
                buffer = buffer[got..];
            }
        }
        catch (SocketException e)
        {
            throw Explain(unsent ?? e, _path, _patience);
        }
    }

    private T Understood<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw new ControlClientException(ControlClientProblem.Broken, $"what listens on {_path} does not answer like mcrd: {e.Message}", e);
        }
    }

    private static int Milliseconds(TimeSpan patience) => (int)Math.Clamp(patience.TotalMilliseconds, 1, int.MaxValue);

    private static ControlClientException Closed(Exception? inner) =>
        new(ControlClientProblem.Broken, "mcrd closed the connection without an answer; is it stopping? Its log may say why", inner);

    private static ControlClientException Explain(SocketException e, string path, TimeSpan patience) => e.SocketErrorCode switch
    {
        SocketError.AccessDenied => new(ControlClientProblem.NotPermitted, $"{path} may not be used by this user: run mcrctl as root, or as a member of the socket's group (see: ls -l {path}; control.group in mcrd's configuration)", e),
        SocketError.TimedOut or SocketError.WouldBlock or SocketError.IOPending or SocketError.InProgress =>
            new(ControlClientProblem.TimedOut, $"mcrd did not answer within {patience.TotalSeconds} s on {path}; it may still do what was asked: look before you ask again", e),
        SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted => Closed(e),
        SocketError.AddressNotAvailable => new(ControlClientProblem.NotRunning, $"is mcrd running? There is no socket {path}; start mcrd, or give its socket with --socket-path", e), // ENOENT
        SocketError.ConnectionRefused => new(ControlClientProblem.NotRunning, $"is mcrd running? Nobody listens on {path}; start mcrd, or give its socket with --socket-path", e),
        _ => new(ControlClientProblem.NotRunning, $"is mcrd running? {path} cannot be connected to ({e.Message}); start mcrd, or give its socket with --socket-path", e),
    };
}

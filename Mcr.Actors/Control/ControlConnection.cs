using System.Net.Sockets;
using Mcr.Native.Interop;

namespace Mcr.Actors.Control;

/// <summary>
/// One client: reads requests, has them handled, writes the answers. Whatever it sends or leaves unsent ends at worst its own
/// connection, after a while that is bounded at every step.
/// </summary>
internal sealed class ControlConnection(
    Socket socket,
    ControlServerOptions options,
    ControlAccess access,
    Func<ControlRequest, ControlPeer, CancellationToken, Task<ControlResponse>> handle,
    Action<string> log)
{
    private const int FirstBytes = 1 << 16;

    private readonly ControlHandler _handler = new(handle, options.Handle, log);

    /// <param name="stopping">No further request is read.</param>
    /// <param name="abort">Nor is the one under way finished.</param>
    public async Task ServeAsync(CancellationToken stopping, CancellationToken abort)
    {
        try
        {
            var credentials = PeerCredentials.Of(socket.SafeHandle);
            if (access.Judge(credentials.Uid, credentials.Groups) is not { } mayChange)
            {
                await RefuseAsync($"uid {credentials.Uid} is neither in control.group nor in control.read-only-group: mcrd does not answer it", abort).ConfigureAwait(false);
                return;
            }

            var peer = new ControlPeer(credentials.Pid, credentials.Uid, credentials.Gid, UnixUsers.NameOf(credentials.Uid), mayChange);
            while (await ReadAsync(mayChange ? ControlProtocol.MaxRequestBytes : ControlProtocol.MaxQuestionBytes, stopping).ConfigureAwait(false) is { } message)
            {
                ControlRequest request = RequestCodec.Decode(message);
                ControlResponse response = await _handler.AnswerAsync(request, peer, abort).ConfigureAwait(false);
                await WriteAsync(response, abort).ConfigureAwait(false);
                if (response is ControlResponse.Error { IsLast: true })
                    return;
            }
        }
        catch (InvalidDataException e)
        {
            log($"a control connection was closed: {e.Message}");
            await TryWriteAsync(new ControlResponse.Error(e.Message), abort).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            log($"a control connection was closed: {e.Message}");
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // mcrd stops, or the client went away: neither is worth a line.
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Tells a client that it is one too many.</summary>
    public Task RefuseAsync(CancellationToken abort) =>
        RefuseAsync($"mcrd has all of its {options.MaxConnections} control connections in use; close some, or try again in a moment", abort);

    private async Task RefuseAsync(string sentence, CancellationToken abort)
    {
        await TryWriteAsync(new ControlResponse.Error(sentence), abort).ConfigureAwait(false);
        Close();
    }

    /// <returns>The JSON of a request; null when the client has said what it wanted, or nothing for long.</returns>
    private async Task<byte[]?> ReadAsync(int longest, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        byte[] header = new byte[ControlFrame.HeaderBytes];
        int got;
        limit.CancelAfter(options.Idle);
        try
        {
            got = await socket.ReceiveAsync(header, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return null;
        }

        if (got == 0)
            return null;
        limit.CancelAfter(options.Read);
        try
        {
            await FillAsync(header.AsMemory(got), limit.Token).ConfigureAwait(false);
            return await TakeAsync(ControlFrame.ReadLength(header, longest), limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            throw new InvalidDataException($"the request did not arrive within {options.Read.TotalSeconds} s of its first byte");
        }
    }

    /// <summary>Room is made for what has come, not for what was announced.</summary>
    private async Task<byte[]> TakeAsync(int length, CancellationToken token)
    {
        byte[] message = new byte[Math.Min(length, FirstBytes)];
        for (int got = 0; ; Array.Resize(ref message, (int)Math.Min(length, message.Length * 4L)))
        {
            await FillAsync(message.AsMemory(got), token).ConfigureAwait(false);
            got = message.Length;
            if (got == length)
                return message;
        }
    }

    private async Task FillAsync(Memory<byte> buffer, CancellationToken token)
    {
        while (buffer.Length > 0)
        {
            int got = await socket.ReceiveAsync(buffer, token).ConfigureAwait(false);
            if (got == 0)
                throw new InvalidDataException("the request ended in its middle");
            buffer = buffer[got..];
        }
    }

    private async Task WriteAsync(ControlResponse response, CancellationToken abort)
    {
        ReadOnlyMemory<byte> left = Frame(response);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(abort);
        limit.CancelAfter(options.Write);
        try
        {
            while (left.Length > 0)
                left = left[await socket.SendAsync(left, limit.Token).ConfigureAwait(false)..];
        }
        catch (OperationCanceledException) when (!abort.IsCancellationRequested)
        {
            throw new TimeoutException($"the client did not take its answer within {options.Write.TotalSeconds} s");
        }
    }

    private static byte[] Frame(ControlResponse response) => ControlFrame.Wrap(ControlHandler.Encode(response), ControlProtocol.MaxResponseBytes);

    private async Task TryWriteAsync(ControlResponse response, CancellationToken abort)
    {
        try
        {
            await WriteAsync(response, abort).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or TimeoutException or OperationCanceledException)
        {
            // It is about to be closed anyway.
        }
    }

    private void Close()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The client was faster.
        }

        socket.Dispose();
    }
}

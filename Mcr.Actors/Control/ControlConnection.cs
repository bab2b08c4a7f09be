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
                ControlResponse response = await HandleAsync(request, peer, abort).ConfigureAwait(false);
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

    private async Task<ControlResponse> HandleAsync(ControlRequest request, ControlPeer peer, CancellationToken abort)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(abort);
        limit.CancelAfter(options.Handle);
        try
        {
            return await handle(request, peer, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!abort.IsCancellationRequested)
        {
            log($"a control request had no answer within {options.Handle.TotalSeconds} s: {request.GetType().Name}");
            return new ControlResponse.Error($"mcrd had no answer within {options.Handle.TotalSeconds} s; it may still do what was asked: look before you ask again");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log($"a control request failed: {request.GetType().Name}: {e}");
            return new ControlResponse.Error($"mcrd could not do it: {e.Message}");
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

    private static byte[] Frame(ControlResponse response)
    {
        byte[] json = ResponseCodec.Encode(response);
        return json.Length <= ControlProtocol.MaxResponseBytes
            ? ControlFrame.Wrap(json, ControlProtocol.MaxResponseBytes)
            : ControlFrame.Wrap(ResponseCodec.Encode(new ControlResponse.Error($"the answer has {json.Length} bytes and at most {ControlProtocol.MaxResponseBytes} can be sent; ask for less")), ControlProtocol.MaxResponseBytes);
    }

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

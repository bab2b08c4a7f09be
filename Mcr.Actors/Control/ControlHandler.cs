namespace Mcr.Actors.Control;

/// <summary>Has requests handled, by whatever way they came: in a time, and with an answer whatever happens.</summary>
/// <param name="longest">A handler that hangs may not use up who can be answered.</param>
internal sealed class ControlHandler(Func<ControlRequest, ControlPeer, CancellationToken, Task<ControlResponse>> handle, TimeSpan longest, Action<string> log)
{
    /// <exception cref="OperationCanceledException">by <paramref name="abort"/>.</exception>
    public async Task<ControlResponse> AnswerAsync(ControlRequest request, ControlPeer peer, CancellationToken abort)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(abort);
        limit.CancelAfter(longest);
        try
        {
            return await handle(request, peer, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!abort.IsCancellationRequested)
        {
            log($"a control request had no answer within {longest.TotalSeconds} s: {request.GetType().Name}");
            return new ControlResponse.Error($"mcrd had no answer within {longest.TotalSeconds} s; it may still do what was asked: look before you ask again");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log($"a control request failed: {request.GetType().Name}: {e}");
            return new ControlResponse.Error($"mcrd could not do it: {e.Message}");
        }
    }

    /// <summary>An answer that is longer than one may be is replaced by a sentence that says so.</summary>
    public static byte[] Encode(ControlResponse response)
    {
        byte[] json = ResponseCodec.Encode(response);
        return json.Length <= ControlProtocol.MaxResponseBytes
            ? json
            : ResponseCodec.Encode(new ControlResponse.Error($"the answer has {json.Length} bytes and at most {ControlProtocol.MaxResponseBytes} can be sent; ask for less"));
    }
}

using System.Collections.Concurrent;
using System.Net.Sockets;
using Mcr.Native.Interop;

namespace Mcr.Actors.Control;

/// <summary>
/// mcrd's end of the control socket. It knows nothing of actors: requests go to a function, with who asks, and responses come back. Who may
/// connect is decided by the socket's mode and group, or by <see cref="ControlAccess"/> where there is a read-only group.
/// </summary>
public sealed class ControlServer : IAsyncDisposable
{
    /// <summary>After an accept that failed for want of something (descriptors, memory), which will not be there at once.</summary>
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(200);

    private readonly ControlLock _lock;
    private readonly Socket _listener;
    private readonly ControlServerOptions _options;
    private readonly ControlAccess _access;
    private readonly Func<ControlRequest, ControlPeer, CancellationToken, Task<ControlResponse>> _handle;
    private readonly Action<string> _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly ConcurrentDictionary<long, Task> _connections = new();
    private readonly Task _accepting;
    private int _serving;
    private int _disposed;

    private ControlServer(ControlLock held, Socket listener, ControlServerOptions options, ControlAccess access, Func<ControlRequest, ControlPeer, CancellationToken, Task<ControlResponse>> handle, Action<string> log)
    {
        _lock = held;
        _listener = listener;
        _options = options;
        _access = access;
        _handle = handle;
        _log = log;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <param name="path">Of the socket; its directory is made when it is missing, and <c>path.lock</c> beside it.</param>
    /// <param name="group">Who may connect besides the owner: a group's name; empty for the process' own group.</param>
    /// <param name="handle">Answers requests, several at a time; what it throws becomes an error for the client.</param>
    /// <param name="readOnlyGroup">Who may ask besides, and not change anything: a group's name; empty for none.</param>
    /// <param name="log">Takes sentences for mcrd's log, from any thread.</param>
    /// <exception cref="ControlSocketException">another mcrd has the socket, or it cannot be made.</exception>
    public static ControlServer Open(
        string path,
        string group,
        Func<ControlRequest, ControlPeer, CancellationToken, Task<ControlResponse>> handle,
        Action<string> log,
        ControlServerOptions? options = null,
        string readOnlyGroup = "")
    {
        options ??= new ControlServerOptions();
        path = ControlListener.Prepare(path);
        var held = ControlLock.Take(path);
        try
        {
            uint? readers = readOnlyGroup.Length == 0 ? null : UnixGroups.Find(readOnlyGroup, "control.read-only-group");
            Socket listener = ControlListener.Listen(path, group, isForAll: readers is not null, 2 * options.MaxConnections, out UnixFile.Status status);
            return new ControlServer(held, listener, options, new ControlAccess(status.UserId, status.GroupId, readers), handle, log);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Accepts nobody any more, lets requests under way finish, and removes the socket and its lock.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        _listener.Dispose(); // and with it the file it was bound to
        _abort.CancelAfter(_options.Grace);
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        _lock.Dispose();
        _stopping.Dispose();
        _abort.Dispose();
    }

    private async Task AcceptAsync()
    {
        for (long number = 0; !_stopping.IsCancellationRequested; number++)
        {
            try
            {
                Begin(number, await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                _log($"a control connection could not be accepted: {e.Message}");
                await Task.Delay(AcceptPause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Begin(long number, Socket client)
    {
        var connection = new ControlConnection(client, _options, _access, _handle, _log);
        bool oneTooMany = Interlocked.Increment(ref _serving) > _options.MaxConnections;
        if (oneTooMany)
            _log($"a control connection was refused: all {_options.MaxConnections} are in use");

        // Never on this thread, which accepts: a request may be there already, and what handles it may take its time.
        var work = Task.Run(() => oneTooMany ? connection.RefuseAsync(_abort.Token) : connection.ServeAsync(_stopping.Token, _abort.Token));
        Task whole = work.ContinueWith(
            done =>
            {
                Interlocked.Decrement(ref _serving);
                if (done.Exception is { } e)
                    _log($"a control connection failed: {e.InnerException}");
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        if (_connections.TryAdd(number, whole))
            _ = whole.ContinueWith(_ => _connections.TryRemove(number, out Task? gone), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}

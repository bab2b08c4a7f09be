using Mcr.Native.Interop;
using Mcr.Native.Privileges;

namespace Mcr.Native.Worker;

/// <summary>What to start: the program, and how to call it.</summary>
public sealed record WorkerProgram(string Path, IReadOnlyDictionary<string, string> Environment);

/// <summary>
/// mcrd's side of one worker process. A thread of its own sends what was queued, receives, and watches the process by pidfd; so nobody
/// who calls here ever waits.
/// </summary>
public sealed unsafe class WorkerProcess : IDisposable
{
    private const int ShortageMilliseconds = 10;

    private readonly WorkerChannel _channel;
    private readonly FileDescriptor _pidfd;
    private readonly FileDescriptor _wake;
    private readonly Queue<Outgoing> _outgoing = new(); // and the three below: under its lock
    private Action<WorkerMessage> _onMessage;
    private Action<string, bool> _onExit;
    private bool _hasEnded;
    private volatile bool _abandoned;

    private WorkerProcess(int pid, WorkerChannel channel, FileDescriptor pidfd, FileDescriptor wake, Action<WorkerMessage> onMessage, Action<string, bool> onExit)
    {
        Pid = pid;
        _channel = channel;
        _pidfd = pidfd;
        _wake = wake;
        _onMessage = onMessage;
        _onExit = onExit;
    }

    public int Pid { get; }

    /// <param name="onMessage">Called on the process's own thread, in order.</param>
    /// <param name="onExit">Called last, once: how it ended, and whether that was exit code 0.</param>
    /// <exception cref="LinuxException">the program could not be started.</exception>
    public static WorkerProcess Start(WorkerProgram program, Capabilities capabilities, Action<WorkerMessage> onMessage, Action<string, bool> onExit)
    {
        (FileDescriptor ours, FileDescriptor theirs) = WorkerChannel.CreatePair();
        FileDescriptor? wake = null;
        FileDescriptor? pidfd = null;
        int pid = 0;
        try
        {
            wake = NewWake();
            pid = SandboxedProcess.Start(program.Path, [], program.Environment, theirs, capabilities);
            pidfd = OpenPid(pid);
            var process = new WorkerProcess(pid, new WorkerChannel(ours), pidfd, wake, onMessage, onExit);
            process.Begin();
            return process;
        }
        catch
        {
            if (pid != 0)
                KillAndReap(pid);
            ours.Dispose();
            wake?.Dispose();
            pidfd?.Dispose();
            throw;
        }
        finally
        {
            theirs.Dispose();
        }
    }

    /// <summary>From now on these are called.</summary>
    /// <returns>false when the process has ended, which who listened before has been or is being told.</returns>
    public bool Assign(Action<WorkerMessage> onMessage, Action<string, bool> onExit)
    {
        lock (_outgoing)
        {
            (_onMessage, _onExit) = (onMessage, onExit);
            return !_hasEnded;
        }
    }

    /// <summary>A worker that another mcrd has started and that has given itself to us. No child of ours: how it ends is not told.</summary>
    /// <param name="channel">Belongs to the process once that is returned.</param>
    /// <exception cref="LinuxException">it has ended meanwhile, or there are no descriptors left to watch it by.</exception>
    /// <inheritdoc cref="Start"/>
    public static WorkerProcess Adopt(int pid, WorkerChannel channel, Action<WorkerMessage> onMessage, Action<string, bool> onExit)
    {
        FileDescriptor? wake = null;
        FileDescriptor? pidfd = null;
        try
        {
            wake = NewWake();
            pidfd = OpenPid(pid);
            var process = new WorkerProcess(pid, channel, pidfd, wake, onMessage, onExit);
            process.Begin();
            return process;
        }
        catch
        {
            wake?.Dispose();
            pidfd?.Dispose();
            throw;
        }
    }

    /// <summary>Queues a message; the descriptors stay open until it is sent.</summary>
    /// <param name="ownsDescriptors">Close them after sending.</param>
    public void Send(WorkerMessage message, IReadOnlyList<FileDescriptor> descriptors, bool ownsDescriptors = false)
    {
        foreach (FileDescriptor descriptor in descriptors)
        {
            bool added = false;
            descriptor.DangerousAddRef(ref added);
            if (ownsDescriptors)
                descriptor.Dispose(); // closes with the reference just taken
        }

        var outgoing = new Outgoing(message, descriptors);
        lock (_outgoing)
        {
            if (!_hasEnded)
            {
                _outgoing.Enqueue(outgoing);
                Wake();
                return;
            }
        }

        outgoing.Release(); // nobody is left who would
    }

    /// <summary>From <c>onMessage</c> only: gives one of the process's threads the <see cref="RealtimePriority"/>, if we may.</summary>
    public void MakeRealtime(int thread) => _ = RealtimePriority.TryGive(Pid, thread);

    /// <summary>SIGKILL. By pidfd: never another process that got the same pid.</summary>
    public void Kill() => _pidfd.IfOpen(pidfd => Libc.syscall(SystemCalls.PidfdSendSignal, pidfd, Libc.SIGKILL, 0, 0, 0));

    /// <summary>Closes the channel, which the worker takes as being orphaned. Its end is still awaited, so that no zombie is left, but not reported.</summary>
    public void Dispose()
    {
        _abandoned = true;
        Wake();
    }

    private static FileDescriptor NewWake() => new(SysResult.From(Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK)).OrThrow("eventfd"));

    private static FileDescriptor OpenPid(int pid) => new((int)SysResult.From(Libc.syscall(SystemCalls.PidfdOpen, pid, 0, 0, 0, 0)).OrThrow("pidfd_open"));

    private void Begin() => new Thread(Watch) { Name = $"worker {Pid}", IsBackground = true }.Start();

    private void Wake() => _wake.IfOpen(wake =>
    {
        ulong one = 1;
        return Libc.write(wake, &one, sizeof(ulong));
    });

    private void Watch()
    {
        bool channelOpen = true;
        Libc.pollfd* polled = stackalloc Libc.pollfd[3];
        while (true)
        {
            Sending sending = channelOpen ? SendQueued() : Sending.Done;
            polled[0] = new Libc.pollfd { fd = _pidfd.Raw, events = Libc.POLLIN };
            polled[1] = new Libc.pollfd { fd = _wake.Raw, events = Libc.POLLIN };
            polled[2] = new Libc.pollfd { fd = channelOpen ? _channel.Descriptor.Raw : -1, events = (short)(Libc.POLLIN | (sending == Sending.WorkerIsBehind ? Libc.POLLOUT : 0)) };
            _ = Libc.poll(polled, 3, sending == Sending.KernelIsShort ? ShortageMilliseconds : -1);
            if ((polled[1].revents & Libc.POLLIN) != 0)
            {
                ulong value;
                _ = Libc.read(_wake.Raw, &value, sizeof(ulong));
            }

            if (channelOpen && (polled[2].revents & (Libc.POLLIN | Libc.POLLHUP | Libc.POLLERR)) != 0)
                channelOpen = ReceiveOne();
            else if ((polled[0].revents & Libc.POLLIN) != 0)
                break; // exited, and the channel has nothing more to read
            if (_abandoned && channelOpen)
            {
                channelOpen = false;
                _channel.Dispose();
            }
        }

        (string how, bool clean) = Reap();
        _channel.Dispose();
        Action<string, bool> onExit;
        lock (_outgoing)
        {
            (_hasEnded, onExit) = (true, _onExit);
            while (_outgoing.TryDequeue(out Outgoing? unsent))
                unsent.Release();
        }

        if (!_abandoned)
            onExit(how, clean);
        _pidfd.Dispose();
        _wake.Dispose();
    }

    private Sending SendQueued()
    {
        while (!_abandoned && Peek() is { } next)
        {
            SysResult sent = _channel.TrySend(next.Message, next.Descriptors, wait: false);
            if (sent.Is(Libc.EAGAIN))
                return Sending.WorkerIsBehind;
            if (sent.Is(Libc.ETOOMANYREFS) || sent.Is(Libc.ENOBUFS) || sent.Is(Libc.ENOMEM))
                return Sending.KernelIsShort;

            // EPIPE, ECONNRESET: the worker is going, and its exit says so. It must not live on without what it was sent.
            if (!sent.IsSuccess && !sent.Is(Libc.EPIPE) && !sent.Is(Libc.ECONNRESET))
                Kill();
            lock (_outgoing)
                _outgoing.Dequeue();
            next.Release();
        }

        return Sending.Done;
    }

    private Outgoing? Peek()
    {
        lock (_outgoing)
            return _outgoing.TryPeek(out Outgoing? next) ? next : null;
    }

    private static void KillAndReap(int pid)
    {
        Libc.siginfo_t info;
        _ = Libc.kill(pid, Libc.SIGKILL);
        _ = Libc.waitid(Libc.P_PID, (uint)pid, &info, Libc.WEXITED);
    }

    private bool ReceiveOne()
    {
        try
        {
            WorkerMessage? message = _channel.Receive(out FileDescriptor[] descriptors);
            foreach (FileDescriptor unwanted in descriptors)
                unwanted.Dispose();
            if (message is null)
                return false;
            if (!_abandoned)
                Volatile.Read(ref _onMessage)(message);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or LinuxException)
        {
            // A worker that does not keep to the protocol is not to be trusted with anything; one that cannot be heard is of no use.
            Kill();
            return false;
        }
    }

    private (string How, bool Clean) Reap()
    {
        Libc.siginfo_t info;
        if (!SysResult.From(Libc.waitid(Libc.P_PIDFD, (uint)_pidfd.Raw, &info, Libc.WEXITED)).IsSuccess)
            return ("ended while adopted", false); // not our child
        return info.si_code == Libc.CLD_EXITED
            ? ($"exit code {info.si_status}", info.si_status == 0)
            : ($"killed by signal {info.si_status}", false);
    }

    private enum Sending
    {
        Done,
        WorkerIsBehind,

        /// <summary>Of memory, or of descriptors in flight: nothing tells when that is over.</summary>
        KernelIsShort,
    }

    private sealed record Outgoing(WorkerMessage Message, IReadOnlyList<FileDescriptor> Descriptors)
    {
        public void Release()
        {
            foreach (FileDescriptor descriptor in Descriptors)
                descriptor.DangerousRelease();
        }
    }
}

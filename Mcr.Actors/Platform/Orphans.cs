using System.Globalization;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>
/// The workers that an mcrd which is gone has left in the runtime directory, taken over at the start: they are ours from then on, and an interface that is
/// opened goes on with its own. Interfaces' actors and mcrd's start use it. Thread-safe.
/// </summary>
public sealed class Orphans
{
    private const string Prefix = "adopt-";
    private const string Suffix = ".sock";

    /// <summary>What a worker that runs takes is milliseconds.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<AdoptedWorker> _workers = [];
    private readonly Action<string> _warn;

    private Orphans(Action<string> warn) => _warn = warn;

    /// <summary>How many wait for their interface to be opened.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _workers.Count;
        }
    }

    /// <summary>Takes over all that can be found.</summary>
    /// <param name="warn">Takes a sentence about each that is not as it should be.</param>
    public static Orphans Adopt(string runtimeDirectory, Action<string> warn)
    {
        var orphans = new Orphans(warn);
        if (Directory.Exists(runtimeDirectory))
        {
            foreach (string path in Directory.GetFiles(runtimeDirectory, $"{Prefix}*{Suffix}"))
                orphans.TryAdopt(path);
        }

        return orphans;
    }

    /// <summary>The socket of a worker, by which it is found.</summary>
    internal static string SocketOf(string runtimeDirectory, int pid) => Path.Combine(runtimeDirectory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{pid}{Suffix}"));

    /// <summary>Of the workers that have a socket there.</summary>
    internal static int[] PidsIn(string runtimeDirectory) =>
        [.. Directory.GetFiles(runtimeDirectory, $"{Prefix}*{Suffix}").Select(PidOf).Where(pid => pid != 0)];

    /// <summary>Sockets of workers that are not there any more.</summary>
    internal static void RemoveStale(string runtimeDirectory)
    {
        foreach (string path in Directory.GetFiles(runtimeDirectory, $"{Prefix}*{Suffix}"))
        {
            if (!IsRunning(PidOf(path)))
                Forget(path);
        }
    }

    /// <summary>A process that has ended and is not reaped yet has no command line any more.</summary>
    private static bool IsRunning(int pid)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/cmdline").Length > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is UnauthorizedAccessException;
        }
    }

    internal static void Forget(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What nobody listens on is found and removed by the next mcrd.
        }
    }

    /// <summary>Opens the interface with its workers.</summary>
    /// <param name="open">Takes ownership of what is inherited.</param>
    /// <returns>null when there are none, or none that can be gone on with: those have been stopped.</returns>
    internal LinuxInterfacePort? TryTake(Link link, Func<Inheritance, LinuxInterfacePort> open)
    {
        List<AdoptedWorker> mine;
        lock (_lock)
        {
            mine = [.. _workers.Where(w => w.Handover.Place.Interface == link.Name).OrderBy(w => w.Handover.Place.Seat)];
            _workers.RemoveAll(mine.Contains);
        }

        // Without one in the middle nobody knows who had its flows; a device that was deleted and made again has other sockets.
        List<AdoptedWorker> usable = [.. mine.TakeWhile((w, number) => w.Handover.Place.Seat == number && w.Handover.Place.InterfaceIndex == link.Index && w.Ingress.Count == 1)];
        foreach (AdoptedWorker unusable in mine.Skip(usable.Count))
            Stop(unusable, unusable.Handover.Place.InterfaceIndex == link.Index ? "another worker of its interface has ended meanwhile" : $"{link.Name} is another device now");
        if (usable.Count == 0)
            return null;
        try
        {
            return open(new Inheritance(usable));
        }
        catch (Exception e) when (e is LinuxException or InvalidDataException)
        {
            foreach (AdoptedWorker worker in usable)
                Stop(worker, $"it cannot be gone on with: {e.Message}");
            return null;
        }
    }

    /// <summary>Those of interfaces that nobody has opened.</summary>
    public void StopRest()
    {
        AdoptedWorker[] rest;
        lock (_lock)
        {
            rest = [.. _workers];
            _workers.Clear();
        }

        foreach (AdoptedWorker worker in rest)
            Stop(worker, "no rule takes datagrams in there any more");
    }

    /// <summary>
    /// Nobody asks it again, and its successor is about to be started: one that has spoken is nobody else's, and is killed when it cannot be gone on with. One that
    /// says nothing may be another mcrd's.
    /// </summary>
    private void TryAdopt(string path)
    {
        WorkerChannel? channel = null; // ours until a worker has it
        try
        {
            if (ProcessStatus.Read(PidOf(path)).IsStopped)
            {
                // It could not answer, and when somebody continues it, it would relay beside its successor.
                _warn($"the worker of {path} was stopped by a signal; it is continued");
                _ = Libc.kill(PidOf(path), Libc.SIGCONT);
            }

            SysResult connected = AdoptionSocket.TryConnect(path, Patience, out channel);
            if (channel is not null)
            {
                _workers.Add(AdoptedWorker.Receive(channel));
                channel = null;
            }
            else if (connected.Is(Libc.ECONNREFUSED) || connected.Is(Libc.ENOENT))
                Forget(path);
            else
                _warn($"the worker of {path} cannot be adopted: {LinuxException.Describe(connected.Errno)}; {Advice(path)}");
        }
        catch (Exception e) when (e is InvalidDataException or LinuxException && channel is { SenderPid: > 0 })
        {
            _warn($"the worker of {path} (pid {channel.SenderPid}) cannot be adopted and is killed: {e.Message}");
            AdoptionSocket.Kill(channel, Patience, hasJustSpoken: true);
        }
        catch (Exception e) when (e is InvalidDataException or LinuxException)
        {
            _warn($"the worker of {path} cannot be adopted: {(e is LinuxException { Errno: Libc.EAGAIN } ? "it does not answer, or another mcrd has it" : e.Message)}; {Advice(path)}");
        }
        finally
        {
            channel?.Dispose();
        }
    }

    private static string Advice(string path) =>
        $"it is left alone, and if nobody has it, it relays until its orphan-grace is over, besides this mcrd's own workers (end it with: kill {PidOf(path)})";

    /// <returns>0 for what is not named so.</returns>
    private static int PidOf(string path) =>
        int.TryParse(Path.GetFileName(path.AsSpan())[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0;

    private void Stop(AdoptedWorker worker, string why)
    {
        _warn($"worker {worker.Handover.Place.Seat} of {worker.Handover.Place.Interface} (pid {worker.Pid}) is stopped: {why}");
        worker.DisposeDescriptors();
        End(worker);
    }

    /// <summary>Waits for its end, so that nobody relays beside it.</summary>
    private static void End(AdoptedWorker worker)
    {
        try
        {
            using var ended = new ManualResetEventSlim();
            using var process = WorkerProcess.Adopt(worker.Pid, worker.Channel, _ => { }, (_, _) => ended.Set());
            process.Send(new WorkerMessage.Stop(), []);
            if (ended.Wait(Patience))
                return;
            process.Kill();
            ended.Wait(Patience);
        }
        catch (LinuxException)
        {
            // It has ended already, or nothing is left to watch it by.
            AdoptionSocket.Kill(worker.Channel, Patience);
            worker.Channel.Dispose();
        }
    }
}

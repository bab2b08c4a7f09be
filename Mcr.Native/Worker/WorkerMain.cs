using Mcr.Native.Interop;
using Mcr.Native.Logging;
using Mcr.Native.Privileges;

namespace Mcr.Native.Worker;

/// <summary>
/// The worker process: <c>mcr-worker</c>, started by mcrd alone. Descriptor 3 is the channel. In order: greeting with slot and
/// sockets, system call filter, ready; then commands until stopped. The loop runs from the first rules on, and goes on when mcrd is gone: the
/// worker waits to be adopted, see <see cref="Orphanage"/>.
/// </summary>
public static class WorkerMain
{
    private const int ChannelDescriptor = 3;
    private const int ExitUsage = 64; // EX_USAGE
    private const int ExitProtocol = 76; // EX_PROTOCOL
    private const int ExitSoftware = 70; // EX_SOFTWARE

    public static int Run()
    {
        if (!IsSocket(ChannelDescriptor))
        {
            Console.Error.WriteLine("mcr-worker: started without a channel on descriptor 3; workers are started by mcrd (use: mcrd supervisor)");
            return ExitUsage;
        }

        var log = new WorkerLog();
        try
        {
            return Serve(new WorkerChannel(new FileDescriptor(ChannelDescriptor)), log);
        }
        catch (InvalidDataException e)
        {
            log.Say(LogFacility.DataPlane, LogVerbosity.Error, e.Message);
            return ExitProtocol;
        }
        catch (LinuxException e)
        {
            log.Say(LogFacility.DataPlane, LogVerbosity.Error, e.Message);
            return ExitSoftware;
        }
    }

    private static int Serve(WorkerChannel channel, WorkerLog log)
    {
        // All workers have the same user: none may look into another's memory.
        SysResult.From(Libc.prctl(Libc.PR_SET_DUMPABLE, 0, 0, 0, 0)).OrThrow("prctl(PR_SET_DUMPABLE)");
        if (Seccomp.IsSupported)
            Seccomp.Install();
        using (Rehearsal.BeginUnlessGreeted(channel))
        {
            if (channel.Receive(out FileDescriptor[] passed) is { } first)
                return first is WorkerMessage.Hello hello ? Serve(channel, log, hello, passed) : throw new InvalidDataException("the first message was not a greeting");
        }

        return 0; // nobody has had use for us, and mcrd has ended
    }

    private static int Serve(WorkerChannel channel, WorkerLog log, WorkerMessage.Hello hello, FileDescriptor[] passed)
    {
        log.Owner = channel;
        if (!Seccomp.IsSupported)
            log.Say(LogFacility.Security, LogVerbosity.Warning, $"there is no system call filter for {System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture}; it runs without");
        CoreAffinity.Pin(hello.Options.Core);
        using WorkerSlot slot = WorkerSlot.Open(passed[0]);
        using FileDescriptor listener = passed[1];
        using var worker = new RelayWorker(slot, passed[2..], hello.Options, log);
        try
        {
            _ = channel.TrySend(new WorkerMessage.Ready(Environment.ProcessId, worker.LoopThread), [], wait: true);
            WorkerChannel? owner = channel;
            while (owner is not null)
            {
                if (Obey(owner, worker)) // what it throws is still said to this owner
                    return 0;
                log.Owner = null;
                owner.Dispose();
                worker.GoOnAlone();
                log.Say(LogFacility.DataPlane, LogVerbosity.Warning, $"its mcrd is gone; {hello.Place.Interface} is relayed on {Grace(hello.Options)}");
                owner = Orphanage.AwaitOwner(listener, hello.Place.Owner, hello.Options.OrphanGraceMilliseconds);
                if (owner is not null)
                    _ = worker.HandOver(owner, hello.Place, hello.Options); // one that is gone again leaves an end of file
                else
                    log.Say(LogFacility.DataPlane, LogVerbosity.Error, $"no mcrd has come; {hello.Place.Interface} is relayed no more");
                log.Owner = owner;
            }

            return 0;
        }
        finally
        {
            worker.Stop();
        }
    }

    /// <returns>true when told to stop; false at the end of file: mcrd is gone without having said so.</returns>
    private static bool Obey(WorkerChannel owner, RelayWorker worker)
    {
        while (owner.Receive(out FileDescriptor[] descriptors) is { } message)
        {
            if (message is WorkerMessage.Stop)
                return true;
            if (worker.Execute(message, descriptors) is { } answer)
                _ = owner.TrySend(answer, [], wait: true); // to nobody: the next receive says that they are gone
        }

        return false;
    }

    private static string Grace(WorkerOptions options) =>
        options.OrphanGraceMilliseconds == WorkerOptions.Forever ? "until another comes" : $"for {options.OrphanGraceMilliseconds / 1000.0:0.###} s, unless another comes";

    private static bool IsSocket(int descriptor) =>
        new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) ?? false;
}

using Mcr.Native.Interop;
using Mcr.Native.Privileges;

namespace Mcr.Native.Worker;

/// <summary>
/// The worker process: <c>mcrd worker</c>, started by mcrd alone. Descriptor 3 is the channel. In order: greeting with slot and ingress
/// sockets, system call filter, ready; then commands until stopped or orphaned. The loop runs from the first rules on.
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
            Console.Error.WriteLine("mcrd worker: started without a channel on descriptor 3; workers are started by mcrd (use: mcrd supervisor)");
            return ExitUsage;
        }

        using var channel = new WorkerChannel(new FileDescriptor(ChannelDescriptor));
        try
        {
            return Serve(channel);
        }
        catch (InvalidDataException e)
        {
            Console.Error.WriteLine($"mcrd worker: {e.Message}");
            return ExitProtocol;
        }
        catch (LinuxException e)
        {
            Console.Error.WriteLine($"mcrd worker: {e.Message}");
            return ExitSoftware;
        }
    }

    private static int Serve(WorkerChannel channel)
    {
        // All workers have the same user: none may look into another's memory.
        SysResult.From(Libc.prctl(Libc.PR_SET_DUMPABLE, 0, 0, 0, 0)).OrThrow("prctl(PR_SET_DUMPABLE)");
        using (Rehearsal.BeginUnlessGreeted(channel))
        {
            if (channel.Receive(out FileDescriptor[] passed) is { } first)
                return first is WorkerMessage.Hello hello ? Serve(channel, hello, passed) : throw new InvalidDataException("the first message was not a greeting");
        }

        return 0; // nobody has had use for us, and mcrd has ended
    }

    private static int Serve(WorkerChannel channel, WorkerMessage.Hello hello, FileDescriptor[] passed)
    {
        CoreAffinity.Pin(hello.Options.Core);
        using WorkerSlot slot = WorkerSlot.Open(passed[0]);

        if (Seccomp.IsSupported)
            Seccomp.Install();
        else
            Console.Error.WriteLine($"mcrd worker: no system call filter for {System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture}; running without");

        using var worker = new RelayWorker(slot, passed[1..], hello.Options);
        channel.TrySend(new WorkerMessage.Ready(Environment.ProcessId, worker.LoopThread), [], wait: true).OrThrow("say ready");
        try
        {
            while (channel.Receive(out FileDescriptor[] descriptors) is { } message)
            {
                if (message is WorkerMessage.Stop)
                    return 0;
                if (worker.Execute(message, descriptors) is { } answer)
                    channel.TrySend(answer, [], wait: true).OrThrow("answer mcrd");
            }

            // End of file: mcrd is gone without having stopped us. Orphaned workers relay on for their grace.
            Orphanage.Wait(hello.Options.OrphanGraceMilliseconds);
            return 0;
        }
        finally
        {
            worker.Stop();
        }
    }

    private static bool IsSocket(int descriptor) =>
        new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) ?? false;
}

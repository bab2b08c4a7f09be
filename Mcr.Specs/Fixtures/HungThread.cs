using System.Globalization;
using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Specs.Fixtures;

/// <summary>
/// Makes one thread of another process hang for good, as a loop without an end does: it runs, at full speed, and gets nowhere. Its process lives, is in no
/// debugger's hands and not stopped; its other threads go on. Nothing in the process helps with it.
/// <para>
/// ptrace(2) stops the thread for an instant and lets it go on at two bytes EB FE, which are "jump to where you are". They need not be written: among
/// the megabytes of code that every .NET process has mapped there are always some, in the middle of what was meant otherwise. What it was doing,
/// a system call perhaps, is never gone on with.
/// </para>
/// x86-64 only, and only for who may trace: elsewhere the spec skips.
/// </summary>
internal static class HungThread
{
    private const int TicksSeen = 3; // of 10 ms, spent in its own code: it really runs

    /// <summary>linux/ptrace.h, sys/ptrace.h.</summary>
    private const int PokeUser = 6;
    private const int Detach = 17;
    private const int Seize = 0x4206;
    private const int Interrupt = 0x4207;

    /// <summary>struct user (sys/user.h): the registers come first, 8 bytes each.</summary>
    private const int OrigRax = 15 * 8;
    private const int Rip = 16 * 8;

    /// <summary>asm/unistd_64.h.</summary>
    private const int Wait4 = 61;
    private const int Ptrace = 101;

    private const int WaitForAnyThread = 0x40000000; // __WALL

    /// <summary>Returns when the thread is seen to run and its process not to be stopped.</summary>
    /// <param name="name">As the kernel has it (proc_pid_comm(5)).</param>
    public static void Hang(int pid, string name)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, $"A thread is made to hang by x86-64's registers; this is {RuntimeInformation.ProcessArchitecture}.");
        int thread = Directory.GetDirectories($"/proc/{pid}/task").Where(t => File.ReadAllText($"{t}/comm") == name + "\n").Select(t => int.Parse(Path.GetFileName(t), CultureInfo.InvariantCulture)).Single();
        nint jump = JumpToItself(pid);
        Redirect(thread, jump);
        (char state, long ticks) = Look(pid, thread);
        McrdWaits.Until(() => Look(pid, thread) is var now && (state = now.State) == 'R' && now.Ticks >= ticks + TicksSeen, $"thread {thread} to run without end ({state})");
    }

    /// <summary>All of it has to be asked for by one thread, and is.</summary>
    private static unsafe void Redirect(int thread, nint jump)
    {
        SysResult seized = Trace(Seize, thread, 0, 0);
        Assert.SkipWhen(seized.Is(Libc.EPERM), "This spec traces a worker (ptrace(2)), which is not allowed here: run as root, without a system call filter or LSM against it.");
        seized.OrThrow("ptrace(PTRACE_SEIZE)");
        Trace(Interrupt, thread, 0, 0).OrThrow("ptrace(PTRACE_INTERRUPT)");
        int status = 0;
        SysResult.From(Libc.syscall(Wait4, thread, (nint)(&status), WaitForAnyThread, 0, 0)).OrThrow("wait for the thread to stop");
        Trace(PokeUser, thread, OrigRax, -1).OrThrow("have no system call begun again");
        Trace(PokeUser, thread, Rip, jump).OrThrow("set the instruction pointer");
        Trace(Detach, thread, 0, 0).OrThrow("ptrace(PTRACE_DETACH)");
    }

    private static SysResult Trace(int request, int thread, nint address, nint data) => SysResult.From(Libc.syscall(Ptrace, request, thread, address, data, 0));

    /// <returns>An address in code that was mapped from a file.</returns>
    private static nint JumpToItself(int pid)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle memory = File.OpenHandle($"/proc/{pid}/mem");
        foreach (string line in File.ReadLines($"/proc/{pid}/maps"))
        {
            // 7f0123456000-7f0123789000 r-xp 00001000 fd:00 1234   /usr/lib/…
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is not [var range, "r-xp", _, _, _, ['/', ..], ..])
                continue;
            long[] ends = [.. range.Split('-').Select(end => long.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            byte[] code = new byte[ends[1] - ends[0]];
            int read = RandomAccess.Read(memory, code, ends[0]);
            int at = code.AsSpan(0, read).IndexOf([(byte)0xEB, (byte)0xFE]);
            if (at >= 0)
                return (nint)(ends[0] + at);
        }

        throw new InvalidOperationException($"process {pid} has no code with the two bytes of a jump to itself");
    }

    /// <summary>proc_pid_stat(5).</summary>
    private static (char State, long Ticks) Look(int pid, int thread)
    {
        string[] fields = File.ReadAllText($"/proc/{pid}/task/{thread}/stat").Split(") ")[1].Split(' ');
        return (fields[0][0], long.Parse(fields[11], CultureInfo.InvariantCulture));
    }
}

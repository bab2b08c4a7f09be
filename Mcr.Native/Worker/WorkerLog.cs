using System.Text;
using Mcr.Native.Interop;
using Mcr.Native.Logging;

namespace Mcr.Native.Worker;

/// <summary>
/// What a worker says: to its mcrd, whose log it is, or to stderr while it has none. It never waits for whoever is to hear it: a reader that
/// has stopped must not keep an orphan from being adopted. Control thread only; the loop says nothing.
/// </summary>
internal sealed class WorkerLog
{
    /// <summary>What a poll for POLLOUT promises that a pipe takes at once (pipe(7)).</summary>
    private const int MaxLineBytes = 4096;

    private const int StandardError = 2;

    private readonly bool _isJournal = Journal.IsStandardError(Environment.GetEnvironmentVariable(Journal.Variable)); // known before the system call filter
    private LogLevels _levels = LogLevels.Default;

    /// <summary>null: there is none.</summary>
    public WorkerChannel? Owner { get; set; }

    public void Use(LogLevels levels) => _levels = levels;

    public void Say(LogFacility facility, LogVerbosity level, string sentence)
    {
        if (!_levels.Pass(facility, level))
            return;
        if (Owner?.TrySend(new WorkerMessage.Said(facility, level, sentence), [], wait: false).IsSuccess != true)
            Print(level, sentence);
    }

    /// <summary>A line on stderr, if it can be had at once.</summary>
    private unsafe void Print(LogVerbosity level, string sentence)
    {
        byte[] line = Encoding.UTF8.GetBytes($"{(_isJournal ? Journal.Prefix(level) : "")}mcr-worker (pid {Environment.ProcessId}): {sentence.ReplaceLineEndings(" ")}\n");
        var polled = new Libc.pollfd { fd = StandardError, events = Libc.POLLOUT };
        if (Libc.poll(&polled, 1, 0) <= 0 || (polled.revents & Libc.POLLOUT) == 0)
            return;
        fixed (byte* bytes = line)
            _ = Libc.write(StandardError, bytes, Math.Min(line.Length, MaxLineBytes));
    }
}

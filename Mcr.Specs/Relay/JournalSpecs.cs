using Mcr.Native.Interop;
using System.Text.RegularExpressions;

namespace Mcr.Specs.Relay;

/// <summary>A real mcrd as systemd starts it, with stderr as its journal.</summary>
public sealed partial class JournalSpecs : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"mcr-journal-{Environment.ProcessId}-{Guid.NewGuid():n}")); // which everybody may enter

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Lines_should_have_priorities_and_no_time_and_so_should_those_of_workers_without_an_mcrd()
    {
        using var topology = new RelayTopology();
        using RunningProcess mcrd = Start(topology, "orphan-grace = 1s");
        mcrd.WaitForLine("<6>INFO  Supervisor: mcrd is ready after ");
        mcrd.Signal(Libc.SIGKILL);
        Assert.Matches(@"^<4>mcr-worker \(pid [0-9]+\): its mcrd is gone; ", mcrd.WaitForLine("mcr-worker"));
        Assert.Matches(@"^<3>mcr-worker \(pid [0-9]+\): no mcrd has come; in0 is relayed no more$", mcrd.WaitForLine("mcr-worker"));
        Assert.All(mcrd.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(Prioritized(), line));
    }

    [Fact]
    public void Complaints_before_there_is_a_log_should_be_errors()
    {
        using var topology = new RelayTopology();
        using RunningProcess mcrd = Start(topology, "orphan-grace = soon");
        Assert.Equal(78, mcrd.WaitForExit());
        Assert.Matches("^<3>.*orphan-grace is 'soon'", mcrd.StandardError);
    }

    [Fact]
    public void Another_stderr_than_the_journal_should_get_lines_with_their_time()
    {
        using var topology = new RelayTopology();
        using RunningProcess mcrd = Start(topology, "orphan-grace = 1s", "1:1");
        Assert.Matches("^20[0-9]{2}-[0-9-]+T[0-9:.]+Z INFO  Supervisor: mcrd is ready", mcrd.WaitForLine("mcrd is ready"));
        mcrd.Signal(Libc.SIGTERM);
        Assert.Equal(0, mcrd.WaitForExit());
    }

    /// <param name="journal">What JOURNAL_STREAM is set to; its own stderr unless something else is said.</param>
    private RunningProcess Start(RelayTopology topology, string worker, string journal = "$(stat -L -c %d:%i /proc/self/fd/2)")
    {
        string file = Path.Combine(_directory.FullName, "mcrd.hocon");
        File.WriteAllText(file, $$"""
            mcr { control.socket = "{{_directory.FullName}}/control.sock", worker.{{worker}}
              rules = [ { input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] } ] }
            """);
        return new RunningProcess(topology.Relay, "/bin/sh", ["-c", $"JOURNAL_STREAM={journal} exec \"$0\" supervisor --config \"$1\"", Executables.Mcrd, file]);
    }

    [GeneratedRegex("^<[3-7]>")]
    private static partial Regex Prioritized();
}

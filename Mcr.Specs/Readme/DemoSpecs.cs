using Mcr.Host.Mcrd.Demo;
using Mcr.Native.Interop;

namespace Mcr.Specs.Readme;

/// <summary>The README's first command, as root and as an ordinary user, to the end and interrupted.</summary>
[Collection(SerialPackets.Name)]
public sealed class DemoSpecs(ITestOutputHelper output)
{
    private static readonly string[] Command = ["run", "--no-build", "--project", "Mcr.Host/mcrd", "--"];

    [Fact]
    public void README_should_show_the_commands_that_are_tried_here()
    {
        string readme = File.ReadAllText(Path.Combine(Executables.RepositoryRoot, "README.md"));
        Assert.Contains("\ndotnet run --project Mcr.Host/mcrd -- demo\n", readme, StringComparison.Ordinal);
        Assert.Contains("\ndotnet test\n", readme, StringComparison.Ordinal);
        Assert.Contains("\ndotnet test ", File.ReadAllText(Path.Combine(Executables.RepositoryRoot, ".ci", "run")), StringComparison.Ordinal);
    }

    [Fact]
    public void Demo_should_relay_everything_and_say_so()
    {
        NamespaceSupport.Require();
        NamespaceSupport.RequireOtherUsers();
        using var run = new RunningProcess(null, "dotnet", [.. Command, "demo", "--seconds", "3"], workingDirectory: Executables.RepositoryRoot);
        int code = run.WaitForExit(120);
        output.WriteLine(run.Output);
        Assert.Equal(0, code);
        CheckSummary(run.Output, 30_000);
        Assert.Contains("uid 65534, no capability in any set, NoNewPrivs 1, Seccomp 2", run.Output, StringComparison.Ordinal);
        Assert.Empty(Leftovers());
    }

    [Fact]
    public void Demo_should_run_for_an_ordinary_user_and_say_what_it_cannot_show()
    {
        NamespaceSupport.RequireProgram("setpriv");
        NamespaceSupport.RequireProgram("unshare");
        NamespaceSupport.RequireOtherUsers();
        using var run = new RunningProcess(null, "setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all", Staged(), "demo", "--seconds", "2", "--rate", "2000"]);
        int code = run.WaitForExit(120);
        output.WriteLine(run.Output);
        Assert.Equal(0, code);
        CheckSummary(run.Output, 4_000);
        Assert.Contains("Not root", run.Output, StringComparison.Ordinal);
        Assert.Contains("the worker's change of user is not shown", run.Output, StringComparison.Ordinal);
        Assert.Empty(Leftovers());
    }

    [Theory]
    [InlineData(Libc.SIGINT)]
    [InlineData(Libc.SIGTERM)]
    public void Demo_should_clean_up_when_it_is_interrupted(int signal)
    {
        NamespaceSupport.Require();
        using var run = new RunningProcess(null, Executables.Mcrd, ["demo", "--seconds", "60"]);
        run.WaitForLine(" s   relay in ");
        int[] children = ChildProcesses.Of(run.Pid);
        int[] all = [.. children, .. children.SelectMany(ChildProcesses.Of)];
        Assert.True(all.Length >= 5, $"{all.Length} processes"); // mcrd, its worker, a sender, two receivers
        run.Signal(signal);
        Assert.Equal(1, run.WaitForExit());
        Assert.Contains("interrupted; everything is removed", run.Output, StringComparison.Ordinal);
        McrdWaits.Until(() => !Array.Exists(all, pid => Directory.Exists($"/proc/{pid}")), "the last of its processes to be gone: whoever inherits one that was killed may take a moment to see it");
        Assert.Empty(Leftovers());
    }

    private static void CheckSummary(string text, int count)
    {
        string number = count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
        foreach (string stream in new[] { "239.2.2.2:6000", "239.3.3.3:7000" })
        {
            string row = Assert.Single(text.Split('\n'), line => line.StartsWith($"│ {stream}", StringComparison.Ordinal));
            string[] cells = row.Split('│', StringSplitOptions.TrimEntries);
            Assert.Equal([number, number, number, "0"], cells[2..6]);
            Assert.All(cells[6..10], latency => Assert.Matches("^[0-9]+\\.[0-9] µs$", latency));
        }

        Assert.Contains("Every datagram arrived, in order and unaltered.", text, StringComparison.Ordinal);
        Assert.Contains(" s   relay in ", text, StringComparison.Ordinal);
    }

    /// <summary>The programs where an ordinary user can read them, whoever owns the checkout.</summary>
    private static string Staged()
    {
        string from = Path.GetDirectoryName(Executables.Mcrd)!;
        string to = Path.Combine(Path.GetTempPath(), $"mcr-spec-programs-{Environment.ProcessId}");
        Directory.CreateDirectory(to);
        File.SetUnixFileMode(to, (UnixFileMode)0b111_101_101);
        foreach (string file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(to, recursive: true);
        return Path.Combine(to, "mcrd");
    }

    private static string[] Leftovers() => Directory.GetFileSystemEntries(Path.GetTempPath(), "mcr-demo-*");
}

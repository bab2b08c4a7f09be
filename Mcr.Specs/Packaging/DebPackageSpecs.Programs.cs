using System.Diagnostics;
using System.Globalization;
using Mcr.Actors.Control;
using Mcr.Host.Mcrd.Demo;

namespace Mcr.Specs.Packaging;

/// <summary>The programs as they are shipped: judged by lintian, by specs of the rest of the suite, and by the clock.</summary>
public sealed partial class DebPackageSpecs
{
    private const int Runs = 9;
    private const int ExitUsage = 64;

    private static readonly string[] Programs = ["mcrd", "mcr-worker", "mcrctl", "mcrgen"];

    /// <summary>What the native programs could not do, were they not as the others: no right and every filter, rehearsal and takeover, tracing and pacing, JSON and tables, remote consoles.</summary>
    private static readonly string[] Selection =
    [
        "Mcr.Specs.Relay.PrivilegeSpecs.Worker_*",
        "Mcr.Specs.Relay.AdoptionSpecs.Mcrd_that_is_killed_and_started_again_should_cost_nothing",
        "Mcr.Specs.Relay.WorkerGapSpecs.Killed_worker*",
        "Mcr.Specs.Relay.TraceSpecs.*",
        "Mcr.Specs.Control.McrctlSpecs.*",
        "Mcr.Specs.RemoteConsole.RemoteConsoleSpecs.*",
        "Mcr.Specs.Generator.StreamSpecs.*",
    ];

    [Fact]
    public void Lintian_should_find_no_error()
    {
        packages.Require();
        NamespaceSupport.RequireProgram("lintian");
        using var run = new RunningProcess(null, "lintian", ["--allow-root", "--no-cfg", "--fail-on", "error", "--tag-display-limit", "0", packages.Of(BuiltPackages.Second)]);
        int code = run.WaitForExit(180);
        output.WriteLine(run.Output);
        Assert.Equal(0, code);
    }

    /// <summary>From the tarball, which has the same programs in the same places.</summary>
    [Fact]
    public void Specs_of_the_programs_should_hold_for_what_is_shipped()
    {
        packages.Require();
        NamespaceSupport.Require();
        string directory = Directory.CreateTempSubdirectory("mcr-spec-tarball-").FullName;
        try
        {
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
            using (var tar = new RunningProcess(null, "tar", ["-C", directory, "--strip-components=1", "-xzf", packages.Tarball]))
                Assert.True(tar.WaitForExit() == 0, tar.Output);
            var environment = new Dictionary<string, string?> { [Executables.DirectoryVariable] = Path.Combine(directory, "usr", "lib", "mcr") };
            using var run = new RunningProcess(null, Path.Combine(AppContext.BaseDirectory, "Mcr.Specs"), ["-noColor", .. Selection.SelectMany(method => new[] { "-method", method })], environment);
            int code = run.WaitForExit(400);
            output.WriteLine(run.Output);
            Assert.Equal(0, code);
            Assert.DoesNotContain("Total: 0,", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Shipped_programs_should_start_sooner_and_be_smaller_than_those_built_in_place()
    {
        packages.Require();
        NamespaceSupport.Require();
        (double Milliseconds, long Kilobytes)[] built = [.. Programs.Select(program => Measure(program, Executables.InPlace))];
        (double Milliseconds, long Kilobytes)[] shipped = [.. Programs.Select(program => Measure(program, file => Path.Combine(BuiltPackages.Programs, file)))];
        output.WriteLine($"medians of {Runs}      | start, ms: built in place | shipped | memory (RSS), MB: built in place | shipped");
        for (int i = 0; i < Programs.Length; i++)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Programs[i],-20} | {built[i].Milliseconds,25:F0} | {shipped[i].Milliseconds,7:F0} | {built[i].Kilobytes / 1024.0,32:F1} | {shipped[i].Kilobytes / 1024.0,7:F1}"));
        Assert.All(Enumerable.Range(0, Programs.Length), i => Assert.InRange(shipped[i].Milliseconds, 0, built[i].Milliseconds));
        Assert.All(Enumerable.Range(1, Programs.Length - 1), i => Assert.InRange(shipped[i].Kilobytes, 1, built[i].Kilobytes / 2)); // mcrd has the same runtime in it
    }

    /// <summary>mcrd: to its ready line, and what it has then. A worker: to its word that it has no channel; what it has when it relays. mcrctl: an answer; at its console. mcrgen: its help; as a receiver.</summary>
    private static (double Milliseconds, long Kilobytes) Measure(string name, Func<string, string> place)
    {
        string program = place(name);
        using var topology = new RelayTopology();
        const string Rule = """{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";
        if (name == "mcrd")
        {
            return Medians(() =>
            {
                long start = Stopwatch.GetTimestamp();
                using McrdProcess started = McrdProcess.StartReadyOf(program, topology.Relay, Rule, "  worker.standby = off");
                return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, ResidentMemory.Of(started.Process.Pid).Own);
            });
        }

        using McrdProcess mcrd = McrdProcess.StartReadyOf(place("mcrd"), topology.Relay, Rule, "  worker.standby = off");
        return name switch
        {
            "mcr-worker" => Medians(() => (Run(program, ExitUsage), ResidentMemory.Of(ChildProcesses.Of(mcrd.Process.Pid).Single()).Own)),
            "mcrctl" => Medians(() =>
            {
                using var console = new RunningProcess(null, program, ["--socket-path", mcrd.ControlSocket, "console"], keepsInput: true);
                console.Write("list\n");
                console.WaitForLine("{");
                return (Run(program, 0, "--socket-path", mcrd.ControlSocket, "--json", "list"), ResidentMemory.Of(console.Pid).Own);
            }),
            _ => Medians(() =>
            {
                using var receiver = new RunningProcess(topology.Destination, program, ["receive", "--interface", "dst0", "--group", "239.2.2.2", "--port", "6000", "--timeout", "0"]);
                receiver.WaitForLine("ready");
                return (Run(program, 0, "--help"), ResidentMemory.Of(receiver.Pid).Own);
            }),
        };
    }

    private static (double Milliseconds, long Kilobytes) Medians(Func<(double Milliseconds, long Kilobytes)> measure)
    {
        (double Milliseconds, long Kilobytes)[] all = [.. Enumerable.Range(0, Runs).Select(_ => measure())];
        return (all.Select(a => a.Milliseconds).Order().ElementAt(Runs / 2), all.Select(a => a.Kilobytes).Order().ElementAt(Runs / 2));
    }

    private static double Run(string program, int exitCode, params string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        using var run = new RunningProcess(null, program, arguments);
        Assert.Equal(exitCode, run.WaitForExit());
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}

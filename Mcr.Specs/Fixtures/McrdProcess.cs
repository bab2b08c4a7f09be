using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Host.Mcrd.Demo;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>A real mcrd in a namespace, with a directory of its own for configuration and control socket.</summary>
internal sealed class McrdProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static int _instances;

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"mcr-spec-{Environment.ProcessId}-{Interlocked.Increment(ref _instances)}");

    private readonly string _program;

    /// <param name="rules">The contents of <c>mcr.rules</c>, in HOCON.</param>
    public McrdProcess(NetworkNamespace place, string rules, string settings = "", IReadOnlyDictionary<string, string?>? environment = null, params string[] arguments)
        : this(Executables.Mcrd, place, rules, settings, environment, arguments)
    {
    }

    private McrdProcess(string program, NetworkNamespace place, string rules, string settings, IReadOnlyDictionary<string, string?>? environment, string[] arguments)
    {
        _program = program;
        Directory.CreateDirectory(_directory);
        Place = place;
        ConfigFile = Path.Combine(_directory, "mcrd.hocon");
        Configure(rules, settings);
        Process = new RunningProcess(place, program, ["supervisor", "--config", ConfigFile, .. arguments], environment);
    }

    /// <summary>Another configuration file, for the next start.</summary>
    public void Configure(string rules, string settings = "") =>
        File.WriteAllText(ConfigFile, $"mcr {{\n  node.name = spec\n  control.socket = \"{ControlSocket}\"\n{settings}\n  rules = [\n{rules}\n  ]\n}}\n");

    public NetworkNamespace Place { get; }

    public string ConfigFile { get; }

    public string ControlSocket => Path.Combine(_directory, "control.sock");

    public string RuntimeDirectory => Path.ChangeExtension(ControlSocket, ".d");

    public RunningProcess Process { get; private set; }

    /// <summary>The sockets of workers that run, or of such as were killed.</summary>
    public string[] AdoptionSockets => Directory.Exists(RuntimeDirectory) ? Directory.GetFiles(RuntimeDirectory, "adopt-*.sock") : [];

    /// <summary>Where it keeps what the next one is to know.</summary>
    public string StateDirectory => Path.Combine(_directory, "control.state");

    /// <summary>SIGKILL: its workers are on their own.</summary>
    public void Kill()
    {
        Process.Signal(Libc.SIGKILL);
        WaitUntilGone();
    }

    /// <summary>Its end, while its workers may go on and hold what it printed to.</summary>
    public void WaitUntilGone() => Assert.True(SpinWait.SpinUntil(() => Process.HasExited, TimeSpan.FromSeconds(20)), "mcrd did not end");

    /// <summary>Another mcrd with the same files, or with other rules, after the first has ended; waits until it relays.</summary>
    /// <returns>The line which says so.</returns>
    public string StartAgain(string? rules = null, string settings = "")
    {
        if (rules is not null)
            Configure(rules, settings);
        Process.Dispose();
        Process = new RunningProcess(Place, _program, ["supervisor", "--config", ConfigFile]);
        return WaitReady();
    }

    /// <summary>Starts and waits until it relays.</summary>
    public static McrdProcess StartReady(NetworkNamespace place, string rules, string settings = "", params string[] arguments) =>
        StartReadyOf(Executables.Mcrd, place, rules, settings, arguments);

    /// <inheritdoc cref="StartReady"/>
    /// <param name="program">The mcrd of another build.</param>
    public static McrdProcess StartReadyOf(string program, NetworkNamespace place, string rules, string settings, params string[] arguments)
    {
        var mcrd = new McrdProcess(program, place, rules, settings, null, arguments);
        try
        {
            mcrd.WaitReady();
            return mcrd;
        }
        catch
        {
            mcrd.Dispose();
            throw;
        }
    }

    public string WaitReady() => Process.WaitForLine("mcrd is ready");

    /// <summary>What it answers, in the JSON that mcrctl prints: for who asks again and again, and has no time to start a program for each question.</summary>
    public JsonElement Ask(ControlRequest request)
    {
        using var client = ControlClient.Connect(ControlSocket, Patience);
        return JsonDocument.Parse(client.AskJson(request)).RootElement;
    }

    /// <summary>One mcrctl command with --json; a failure is an exception with what it printed.</summary>
    public JsonElement Ctl(params string[] arguments)
    {
        (int code, string output) = TryCtl(["--json", .. arguments]);
        return code == 0 ? JsonDocument.Parse(output).RootElement : throw new InvalidOperationException($"mcrctl {string.Join(' ', arguments)}: exit {code}\n{output}\n{Process.Output}");
    }

    public (int Code, string Output) TryCtl(params string[] arguments)
    {
        using var run = new RunningProcess(null, Executables.Mcrctl, ["--socket-path", ControlSocket, .. arguments]);
        int code = run.WaitForExit();
        return (code, run.Output);
    }

    /// <summary>The pids of its workers, as it reports them.</summary>
    public int[] WorkerPids() => [.. this.Workers().Select(w => w.GetProperty("pid").GetInt32())];

    /// <summary>SIGTERM, and everything it printed until its end.</summary>
    public (int Code, string Output) Stop()
    {
        Process.Signal(Libc.SIGTERM);
        int code = Process.WaitForExit();
        return (code, Process.Output);
    }

    public void Dispose()
    {
        int[] workers =
        [
            .. Process.HasExited ? [] : ChildProcesses.Of(Process.Pid),
            .. AdoptionSockets.Select(path => int.Parse(Path.GetFileNameWithoutExtension(path)["adopt-".Length..], System.Globalization.CultureInfo.InvariantCulture)),
        ];
        Process.Dispose();
        foreach (int worker in workers)
            _ = Libc.kill(worker, Libc.SIGKILL); // our mcrd's, whose death orphans it
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }
}

using System.Globalization;
using Mcr.Host.Mcrd.Demo;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>A program on a terminal of its own, by script(1): everything that it writes there, byte by byte.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private static int _instances;

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"mcr-terminal-{Environment.ProcessId}-{Interlocked.Increment(ref _instances)}");
    private readonly RunningProcess _script;

    public PseudoTerminal(int columns, int rows, IReadOnlyDictionary<string, string?>? environment, string program, params string[] arguments)
        : this(null, columns, rows, environment, program, arguments)
    {
    }

    /// <param name="place">null: where the specs are.</param>
    /// <param name="environment">Beside TERM, which is xterm unless it says otherwise.</param>
    public PseudoTerminal(NetworkNamespace? place, int columns, int rows, IReadOnlyDictionary<string, string?>? environment, string program, params string[] arguments)
    {
        NamespaceSupport.RequireProgram("script");
        NamespaceSupport.RequireProgram("stty");
        string command = $"stty cols {columns} rows {rows}; exec {string.Join(' ', arguments.Prepend(program).Select(word => $"'{word}'"))}";
        var all = new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>());
        all.TryAdd("TERM", "xterm");
        all.TryAdd("NO_COLOR", null);
        _script = new RunningProcess(place, "script", ["-qefc", command, _file], all, keepsInput: true);
    }

    /// <summary>Everything so far, escape sequences and all.</summary>
    public string Text => File.Exists(_file) ? File.ReadAllText(_file) : "";

    /// <summary>The program itself.</summary>
    public int Pid => ChildProcesses.Of(_script.Pid).Single();

    /// <summary>Keys, as a terminal sends them.</summary>
    public void Type(string keys) => _script.Write(keys);

    public void Await(string text) => McrdWaits.Until(() => Text.Contains(text, StringComparison.Ordinal), () => $"'{text}' in:\n{Text}");

    /// <summary>As when its window is drawn larger: the program gets SIGWINCH.</summary>
    public void Resize(int columns, int rows)
    {
        string device = new FileInfo($"/proc/{Pid}/fd/1").LinkTarget!;
        using var stty = new RunningProcess(null, "stty", ["-F", device, "cols", columns.ToString(CultureInfo.InvariantCulture), "rows", rows.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal(0, stty.WaitForExit());
    }

    /// <summary>Waits for the end of the program.</summary>
    public int ExitCode => _script.WaitForExit();

    public void Dispose()
    {
        _script.Dispose();
        File.Delete(_file);
    }
}

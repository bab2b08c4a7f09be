using System.Text;
using System.Text.RegularExpressions;
using Mcr.Native.Interop;

namespace Mcr.Specs.Docs;

/// <summary>
/// Does what a document's console blocks say, in their order, on <see cref="DocumentHosts"/>. A line <c>HOST$ COMMAND</c> is a command (a backslash at its
/// end goes on in the next line), the lines below it what it prints on a terminal of 140 columns: … stands for anything in a line, and a line of
/// its own for any lines; how many spaces stand side by side does not matter. In a block of kind <c>console ~</c> numbers, and how long ago something was, are
/// those of one run, and may differ. <c>COMMAND &amp;</c> goes on beside what follows, and <c>HOST$ wait</c> has the output of the host's oldest such. HOCON whose first line is a comment with
/// a path is that file. /etc/mcr, /run/mcr and /var/lib/mcr are directories of the run.
/// </summary>
internal sealed partial class DocumentRun(DocumentHosts hosts) : IDisposable
{
    public const string Roughly = "console ~";

    private const string BeingSetUp = "it is being set up";

    private static readonly string[] Places = ["/etc/mcr", "/run/mcr", "/var/lib/mcr"];

    private static int _instances;

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"mcr-doc-{Environment.ProcessId}-{Interlocked.Increment(ref _instances)}");
    private readonly List<(string Host, RunningProcess Process, bool IsDaemon)> _beside = [];
    private readonly List<string> _wrong = [];
    private readonly StringBuilder _transcript = new();

    /// <summary>All commands so far, and what they have printed.</summary>
    public string Transcript => $"{_transcript}";

    /// <summary>What was printed otherwise than the document has it, so far.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    public void Do(DocumentBlock block)
    {
        if (block.Kind == "hocon" && FileName().Match(block.Lines[0]) is { Success: true } name)
            Write(name.Groups[1].Value, block.Text);
        if (block.Kind is "console" or Roughly)
            Commands(block).ToList().ForEach(command => Do(block, command));
    }

    public void Dispose()
    {
        foreach ((_, RunningProcess process, bool isDaemon) in _beside.AsEnumerable().Reverse())
        {
            if (isDaemon && !process.HasExited)
            {
                process.Terminate();
                process.WaitForExit();
            }

            process.Dispose();
        }

        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Whether something was printed as it is expected.</summary>
    internal static bool Matches(IReadOnlyList<string> expected, string printed, bool isRough = false)
    {
        string pattern = string.Concat(expected.Select(line => line.Trim() == SourceMessage.Hole ? "(?:[^\n]*\n)*?" : Regex.Escape(Plain(line, isRough)).Replace(SourceMessage.Hole, "[^\n]*?", StringComparison.Ordinal) + "\n"));
        return Regex.IsMatch(string.Concat(printed.Split('\n')[..^1].Select(line => Plain(line, isRough) + "\n")), $@"\A{pattern}\z");
    }

    private static string Plain(string line, bool isRough)
    {
        string plain = Spaces().Replace(line, " ").Trim();
        return isRough ? Amount().Replace(Moment().Replace(plain, "then"), "0") : plain;
    }

    private static IEnumerable<Command> Commands(DocumentBlock block)
    {
        for (int i = 0; i < block.Lines.Count;)
        {
            Match first = Prompt().Match(block.Lines[i]);
            Assert.True(first.Success, $"{block}: a console block begins with HOST$ COMMAND, not with '{block.Lines[i]}'");
            string text = first.Groups[2].Value;
            int at = i++;
            while (text.EndsWith('\\'))
                text = text[..^1] + block.Lines[i++].TrimStart();
            string[] expected = [.. block.Lines.Skip(i).TakeWhile(line => !Prompt().IsMatch(line))];
            i += expected.Length;
            yield return new Command(first.Groups[1].Value, text, expected, block.Line + at + 1);
        }
    }

    private void Do(DocumentBlock block, Command command)
    {
        if (command.Text.EndsWith(" &", StringComparison.Ordinal))
        {
            Begin(command);
            return;
        }

        string printed = Settled(command.Host, command.Text == "wait" ? Await(command.Host) : Printed(Start(command.Host, command.Text)));
        _transcript.Append($"{command.Host}$ {command.Text}\n{printed}");
        if (!Matches(command.Expected, printed, block.Kind == Roughly))
            _wrong.Add($"{block.Document}:{command.Line}: {command.Host}$ {command.Text}\nhas to print\n{string.Join('\n', command.Expected)}\nand has printed\n{printed}");
    }

    /// <summary>Where the host is busy an answer does not wait until a rule is set up; what follows needs it, and so does the document.</summary>
    private string Settled(string host, string printed)
    {
        if (printed.Contains(BeingSetUp, StringComparison.Ordinal))
            McrdWaits.Until(() => !Printed(Start(host, "mcrctl list")).Contains(BeingSetUp, StringComparison.Ordinal), "rules that are set up");
        return printed.Replace($"pending: {BeingSetUp}", "active", StringComparison.Ordinal);
    }

    private void Begin(Command command)
    {
        bool isDaemon = command.Text.StartsWith("mcrd ", StringComparison.Ordinal);
        RunningProcess process = Start(command.Host, command.Text[..^2], isTerminal: false);
        _beside.Add((command.Host, process, isDaemon));
        if (isDaemon)
            process.WaitForLine("mcrd is ready");
        else if (command.Text.Contains(" receive ", StringComparison.Ordinal))
            process.WaitForLine("ready");
    }

    private string Await(string host)
    {
        (string Host, RunningProcess Process, bool IsDaemon) first = _beside.First(b => b.Host == host && !b.IsDaemon);
        _beside.Remove(first);
        return Printed(first.Process);
    }

    private string Printed(RunningProcess process)
    {
        using (process)
        {
            process.WaitForExit();
            string printed = (process.StandardOutput + process.StandardError).Replace($"{_directory}/run/mcr/control.state", "/var/lib/mcr/control.state", StringComparison.Ordinal); // where it is when the socket is below /run
            return Places.Aggregate(printed, (text, place) => text.Replace(_directory + place, place, StringComparison.Ordinal)).Replace("\r", "", StringComparison.Ordinal);
        }
    }

    private RunningProcess Start(string host, string command, bool isTerminal = true)
    {
        foreach (string place in Places)
            Directory.CreateDirectory(_directory + place);
        string programs = string.Join(':', new[] { Executables.Mcrd, Executables.Mcrctl, Executables.Mcrgen }.Select(Path.GetDirectoryName));
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}",
            ["MCR_CONTROL_SOCKET"] = $"{_directory}/run/mcr/control.sock",
            ["HOME"] = _directory,
            ["TERM"] = "dumb",
            ["NO_COLOR"] = "1",
        };
        string text = Placed(command);
        string[] arguments = isTerminal ? ["-qec", $"stty cols 140 rows 50; {text}", "/dev/null"] : ["-c", $"exec {text}"];
        return new RunningProcess(hosts[host], isTerminal ? "script" : "bash", arguments, environment);
    }

    private void Write(string file, string text)
    {
        string path = _directory + file;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, Placed(text));
    }

    private string Placed(string text) => Places.Aggregate(text, (so, place) => Regex.Replace(so, $"(?<![A-Za-z0-9]){place}(?=[/\\s\"'])", _directory + place));

    private sealed record Command(string Host, string Text, string[] Expected, int Line);

    [GeneratedRegex(@"^(source|relay|receiver)\$ (.+)$")]
    private static partial Regex Prompt();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\b(?:now|never|\d+ (?:s|min|h) ago)\b")]
    private static partial Regex Moment();

    [GeneratedRegex(@"\b\d[\d,.:-]*(?: (?:ns|us|ms|s)\b| [kMG]?bit/s)?")]
    private static partial Regex Amount();

    [GeneratedRegex(@"^# (/etc/mcr/\S+)")]
    private static partial Regex FileName();
}

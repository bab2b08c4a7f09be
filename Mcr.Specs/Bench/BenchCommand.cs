using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace Mcr.Specs.Bench;

/// <summary><c>bench forwarding_rate</c>, <c>bench steady</c>, <c>bench lookup</c>, <c>bench legs</c>, <c>bench feeds</c>, <c>bench scraping</c> and <c>bench observing</c>.</summary>
internal static class BenchCommand
{
    public const string Name = "bench";

    private const int ExitFailed = 1;
    private const int ExitUsage = 2;
    private const int ExitStopped = 130;
    private const int DefaultRounds = 3;
    private const int WidthOfFiles = 160;

    public static int Run(string[] args)
    {
        var root = new RootCommand("Measures mcrd and its peers. Needs root, iproute2, ethtool, util-linux and gcc.") { ForwardingRateCommand(), SteadyCommand(), LookupCommand(), LegsCommand(), FeedsCommand(), ScrapingCommand(), ObservingCommand() };
        ParseResult parsed = root.Parse(args);
        int code = parsed.Invoke();
        return parsed.Errors.Count > 0 ? ExitUsage : code;
    }

    private static Command ForwardingRateCommand()
    {
        var quick = new Option<bool>("--quick") { Description = "What the numbers to reach are about only, in short runs." };
        var only = new Option<string[]>("--only") { Description = $"Measure these peers only: {string.Join(", ", BenchPlan.AllPeers.Select(p => p.Name))}.", AllowMultipleArgumentsPerToken = true };
        var rounds = new Option<int?>("--rounds") { Description = $"How often each is measured: {DefaultRounds}, with --quick 1." };
        var output = new Option<DirectoryInfo?>("--output") { Description = "Where to write forwarding_rate.md: docs/benchmarks and the CPU's name, with --quick nowhere." };
        var command = new Command("forwarding_rate", "Rate without loss, CPU per datagram and latency, side by side with other relays.") { quick, only, rounds, output };
        command.SetAction(parsed => Guarded(stop =>
        {
            string[] unknown = [.. (parsed.GetValue(only) ?? []).Except(BenchPlan.AllPeers.Select(p => p.Name))];
            if (unknown.Length > 0)
                throw new BenchException($"there is no peer {string.Join(", ", unknown)}; there are {string.Join(", ", BenchPlan.AllPeers.Select(p => p.Name))}");
            bool isQuick = parsed.GetValue(quick);
            int number = parsed.GetValue(rounds) ?? (isQuick ? 1 : DefaultRounds);
            if (number < 1)
                throw new BenchException("--rounds must be at least 1");
            BenchPlan plan = isQuick ? BenchPlan.Quick(number) : BenchPlan.Full(number);
            if (parsed.GetValue(only) is { Length: > 0 } names)
                plan = plan with { Peers = [.. plan.Peers.Where(p => names.Contains(p.Name))] };
            Measure(plan, parsed, isQuick && parsed.GetValue(output) is null, parsed.GetValue(output), stop);
        }));
        return command;
    }

    private static Command SteadyCommand()
    {
        var seconds = new Option<int>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 600 };
        var rate = new Option<int>("--rate") { Description = "Datagrams a second.", DefaultValueFactory = _ => 100_000 };
        var output = new Option<DirectoryInfo?>("--output") { Description = "Where to write steady.md: nowhere if not given." };
        var command = new Command("steady", "Collections, allocations and lost datagrams of a worker in a long run.") { seconds, rate, output };
        command.SetAction(parsed => Guarded(stop =>
        {
            long began = Stopwatch.GetTimestamp();
            using var lab = new Lab();
            Goal goal = Steady.Run(lab, parsed.GetValue(rate), parsed.GetValue(seconds), stop);
            ReportTable table = ReportTables.Of([goal]);
            table.Print(AnsiConsole.Console);
            Write(parsed.GetValue(output), "steady.md", Report.Here(CommandLine(parsed), [], Stopwatch.GetElapsedTime(began)).ToMarkdown("A worker in a long run", [table], [], Steady.Method));
        }));
        return command;
    }

    private static Command LookupCommand() => TablesCommand("lookup", "What finding a datagram's rule costs, with few rules and with many.", "Lookup of a rule", Lookup.Run, Lookup.Method);

    private static Command LegsCommand() => TablesCommand("legs", "What a leg between two nodes costs its ends for a datagram, and what HMAC-SHA256 would.", "The header of a leg", LegCost.Run, LegCost.Method);

    private static Command FeedsCommand() => TablesCommand("feeds", "What making one stream of two inputs costs for a datagram.", "Two feeds, one stream", FeedCost.Run, FeedCost.Method + FeedWorkers.Method);

    private static Command ScrapingCommand() => TablesCommand("scraping", "What being scraped every second costs the relay.", "Scraping", ScrapeCost.Run, ScrapeCost.Method);

    /// <summary>What is measured in one thread and has nothing to choose.</summary>
    private static Command TablesCommand(string name, string description, string title, Func<CancellationToken, IEnumerable<ReportTable>> run, string method)
    {
        var output = new Option<DirectoryInfo?>("--output") { Description = $"Where to write {name}.md: nowhere if not given." };
        var command = new Command(name, description) { output };
        command.SetAction(parsed => Guarded(stop =>
        {
            long began = Stopwatch.GetTimestamp();
            ReportTable[] tables = [.. run(stop)];
            foreach (ReportTable table in tables)
                table.Print(AnsiConsole.Console);
            Write(parsed.GetValue(output), $"{name}.md", Report.Here(CommandLine(parsed), [], Stopwatch.GetElapsedTime(began)).ToMarkdown(title, tables, [], method));
        }));
        return command;
    }

    private static Command ObservingCommand()
    {
        var rounds = new Option<int>("--rounds") { Description = "How often each is measured.", DefaultValueFactory = _ => 15 };
        var output = new Option<DirectoryInfo?>("--output") { Description = "Where to write observing.md: nowhere if not given." };
        var before = new Option<FileInfo?>("--before") { Description = "The mcrd of another build, as of a version without all that, to be measured beside this one." };
        var command = new Command("observing", "What analysis and trace of a stream cost the worker that relays it.") { rounds, before, output };
        command.SetAction(parsed => Guarded(stop =>
        {
            long began = Stopwatch.GetTimestamp();
            if (parsed.GetValue(rounds) < 1)
                throw new BenchException("--rounds must be at least 1");
            if (parsed.GetValue(before) is { Exists: false } missing)
                throw new BenchException($"--before: there is no {missing.FullName}; build that version first: dotnet build -c Release");
            using var lab = new Lab();
            Goal[] goals = [.. Observing.Run(lab, parsed.GetValue(rounds), parsed.GetValue(before)?.FullName, stop)];
            ReportTable table = ReportTables.Of(goals);
            table.Print(AnsiConsole.Console);
            Write(parsed.GetValue(output), "observing.md", Report.Here(CommandLine(parsed), [], Stopwatch.GetElapsedTime(began)).ToMarkdown("What looking at a stream costs", [table], [], Observing.Method));
        }));
        return command;
    }

    private static void Measure(BenchPlan plan, ParseResult parsed, bool isNotKept, DirectoryInfo? output, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        using var lab = new Lab();
        Results results = new ForwardingRate(plan, lab, Console.WriteLine, stop).Run();
        ReportTable[] tables = [.. ReportTables.Of(results), ReportTables.Of(Goals.Of(results))];
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidthOfFiles;
        foreach (ReportTable table in tables)
            table.Print(AnsiConsole.Console);
        foreach (string remark in results.Remarks)
            Console.WriteLine(remark);
        Report report = Report.Here(CommandLine(parsed), plan.Peers, Stopwatch.GetElapsedTime(began));
        if (!isNotKept)
            Write(output ?? new DirectoryInfo(Path.Combine(Executables.RepositoryRoot, "docs", "benchmarks", report.Folder)), "forwarding_rate.md", report.ToMarkdown("forwarding_rate", tables, results.Remarks, Method.Text));
    }

    private static string CommandLine(ParseResult parsed) => $"dotnet run -c Release --project Mcr.Specs -- {Name} {string.Join(' ', parsed.Tokens.Select(t => t.Value))}";

    private static void Write(DirectoryInfo? folder, string name, string text)
    {
        if (folder is null)
            return;
        folder.Create();
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        Console.WriteLine($"written to {path}");
    }

    /// <summary>Turns what fails into a sentence, and a signal into an orderly end.</summary>
    private static int Guarded(Action<CancellationToken> body)
    {
        using var stop = new CancellationTokenSource();
        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        try
        {
            Requirements.Check();
            body(stop.Token);
            return 0;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("bench: stopped; nothing was written");
            return ExitStopped;
        }
        catch (Exception e) when (e is BenchException or IOException or InvalidOperationException or TimeoutException or UnauthorizedAccessException or Mcr.Native.Interop.LinuxException)
        {
            Console.Error.WriteLine($"bench: {e.Message}");
            return stop.IsCancellationRequested ? ExitStopped : ExitFailed;
        }
    }
}

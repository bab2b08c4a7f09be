using System.Globalization;
using Spectre.Console;

namespace Mcr.Host.Mcrd.Demo;

/// <summary>What came of it, and the exit code that follows.</summary>
internal sealed class DemoSummary(KeyValues sent, KeyValues relay, KeyValues[] received, int mcrdExit)
{
    private const int WideEnough = 120;

    private bool IsClean =>
        mcrdExit == 0 && received.All(r => r.Number("received") == sent.Number("sent") && r.Number("lost") + r.Number("duplicated") + r.Number("reordered") + r.Number("corrupted") == 0);

    public int Print(TextWriter output)
    {
        // Not wrapped where it is not a terminal.
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = WideEnough;
        var table = new Table().AddColumns("", "sent", "relayed", "received", "lost", "latency p50", "p99", "p99.9", "max");
        foreach (TableColumn column in table.Columns)
            column.NoWrap();
        foreach (TableColumn column in table.Columns.Skip(1))
            column.Alignment(Justify.Right);
        for (int i = 0; i < received.Length; i++)
        {
            DemoStream stream = DemoTopology.Streams[i];
            KeyValues r = received[i];
            table.AddRow(
                $"{stream.Group}:{stream.Port}",
                Count(sent.Number("sent")),
                Count(relay.Number("matched")),
                Count(r.Number("received")),
                Count(r.Number("lost")),
                $"{r.Text("p50_us")} µs",
                $"{r.Text("p99_us")} µs",
                $"{r.Text("p999_us")} µs",
                $"{r.Text("max_us")} µs");
        }

        output.WriteLine();
        console.Write(table);
        output.WriteLine(IsClean
            ? "Every datagram arrived, in order and unaltered. mcrd stopped in order (exit code 0); nothing is left behind."
            : $"Not everything arrived as it was sent (mcrd's exit code: {mcrdExit}; kernel drops in front of the worker: {relay.Number("buf_exhaust")}). A busy machine is the likely cause: try --rate 1000.");
        return IsClean ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}

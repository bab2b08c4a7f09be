using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using Mcr.Actors.Metrics;

namespace Mcr.Specs.Metrics;

/// <summary>docs/monitoring/metrics.md: every metric with its kind, labels and description, as the instruments have them.</summary>
internal static partial class MetricsDocument
{
    public const string File = "docs/monitoring/metrics.md";

    public static string Make(MeasuredRelay relay)
    {
        ILookup<string, string> labels = relay.Lines.Where(l => !l.StartsWith('#')).SelectMany(l => Label().Matches(l).Select(m => (Name: NameOf(l), Label: m.Groups[1].Value))).Distinct().ToLookup(l => l.Name, l => l.Label);
        var text = new StringBuilder();
        text.Append("""
            # Metrics

            What `/metrics` has, and what is sent by OTLP, where a dot stands for each underscore of a name's parts and the unit is beside the name (`mcr.rule.payload`, in `By`). Made from the
            instruments themselves (`MCR_WRITE_DOCS=1` in the environment of the specs has it written). A series is there while its rule, output or worker is. Counters of datagrams live on over restarts of workers
            and of mcrd, as those of `mcrctl stats` do; those of restarts, repairs, events and posts begin anew with mcrd. A label without a value is left out.


            """.ReplaceLineEndings("\n"));
        foreach (IGrouping<string, Instrument> part in relay.Instruments.GroupBy(i => string.Join('.', i.Name.Split('.')[..2])).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            text.Append($"## `{part.Key.Replace('.', '_')}`\n\n| metric | kind | labels | what |\n| --- | --- | --- | --- |\n");
            foreach (Instrument instrument in part.OrderBy(i => i.Name, StringComparer.Ordinal))
            {
                string name = PrometheusText.NameOf(instrument);
                text.Append($"| `{name}` | {(name.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "gauge")} | {string.Join(", ", labels[name].Select(l => $"`{l}`"))} | {instrument.Description} |\n");
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    public static string NameOf(string line) => line.Split(' ', '{')[0];

    [GeneratedRegex("[{,]([a-z_]+)=\"")]
    private static partial Regex Label();
}

using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Mcr.Actors.Metrics;

/// <summary>
/// The instruments of a meter in Prometheus' text format, version 0.0.4. Only what is observed just now is written: a rule that was removed is gone with its series, and nothing is
/// remembered of it (ADR 020). Names as OpenTelemetry maps them: dots become underscores, the unit and <c>total</c> come behind.
/// </summary>
/// <remarks>https://prometheus.io/docs/instrumenting/exposition_formats/ and the OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility". Thread-safe.</remarks>
public sealed class PrometheusText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _lock = new();
    private readonly ObservedMeter _meter;
    private readonly SortedDictionary<string, (Instrument Instrument, StringBuilder Lines)> _families = new(StringComparer.Ordinal);

    /// <inheritdoc cref="ObservedMeter(IMeterFactory, string, ObservedMeter.Take)"/>
    public PrometheusText(IMeterFactory factory, string meter) => _meter = new ObservedMeter(factory, meter, Add);

    /// <summary>Of this moment, as the instruments tell.</summary>
    public string Write()
    {
        lock (_lock)
        {
            foreach ((_, StringBuilder lines) in _families.Values)
                lines.Clear();
            _meter.Observe();
            var text = new StringBuilder();
            foreach ((string name, (Instrument instrument, StringBuilder lines)) in _families.Where(f => f.Value.Lines.Length > 0))
            {
                text.Append("# HELP ").Append(name).Append(' ').Append(Escape(instrument.Description ?? "")).Append('\n')
                    .Append("# TYPE ").Append(name).Append(IsCounter(instrument) ? " counter\n" : " gauge\n")
                    .Append(lines);
            }

            return text.ToString();
        }
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>As <c>mcr_rule_payload_bytes_total</c> for <c>mcr.rule.payload</c> in bytes.</summary>
    internal static string NameOf(Instrument instrument)
    {
        string name = instrument.Name.Replace('.', '_');
        string unit = instrument.Unit switch
        {
            "By" => "_bytes",
            "s" => "_seconds",
            _ => "", // what is counted, in braces, is in the name and the description
        };
        return $"{name}{unit}{(IsCounter(instrument) ? "_total" : "")}";
    }

    private static bool IsCounter(Instrument instrument) => instrument is ObservableCounter<long> or ObservableCounter<double>;

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string name = NameOf(instrument);
        if (!_families.TryGetValue(name, out (Instrument Instrument, StringBuilder Lines) family))
            _families[name] = family = (instrument, new StringBuilder());
        family.Lines.Append(name);
        for (int i = 0; i < tags.Length; i++)
            family.Lines.Append(i == 0 ? '{' : ',').Append(tags[i].Key).Append("=\"").Append(Escape($"{tags[i].Value}").Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        if (tags.Length > 0)
            family.Lines.Append('}');
        family.Lines.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

using System.Diagnostics.Metrics;

namespace Mcr.Actors.Metrics;

/// <summary>
/// Makes instruments that are observed: each looks at the last snapshot when it is asked, so what is gone from there is gone from the metrics. Names, units and descriptions
/// follow OpenTelemetry; what Prometheus calls them is for <see cref="PrometheusText"/>.
/// </summary>
internal sealed class MetricSet(Meter meter, Func<RelaySnapshot> current)
{
    public void Counter(string name, string unit, string description, Func<RelaySnapshot, IEnumerable<Measurement<long>>> observe) =>
        meter.CreateObservableCounter(name, new RisingCounter(() => Guarded(observe)).Observe, unit, description);

    public void Gauge(string name, string unit, string description, Func<RelaySnapshot, IEnumerable<Measurement<long>>> observe) =>
        meter.CreateObservableGauge(name, () => Guarded(observe), unit, description);

    public void Seconds(string name, string description, Func<RelaySnapshot, IEnumerable<Measurement<double>>> observe) =>
        meter.CreateObservableGauge(name, () => Guarded(observe), "s", description);

    public void SecondsCounter(string name, string description, Func<double> observe) => meter.CreateObservableCounter(name, observe, "s", description);

    /// <summary>Counters of things that are alike: one of each for each of them.</summary>
    public void Counters<T>(Func<RelaySnapshot, IEnumerable<(T Of, KeyValuePair<string, object?>[] Tags)>> all, params (string Name, string Unit, string Description, Func<T, long> Value)[] counters)
    {
        foreach ((string name, string unit, string description, Func<T, long> value) in counters)
            Counter(name, unit, description, snapshot => all(snapshot).Select(each => new Measurement<long>(value(each.Of), each.Tags)));
    }

    public static KeyValuePair<string, object?>[] Tags(params (string Key, string? Value)[] tags) => [.. tags.Where(t => !string.IsNullOrEmpty(t.Value)).Select(t => KeyValuePair.Create(t.Key, (object?)t.Value))];

    public static Measurement<long> Measure(long value, KeyValuePair<string, object?>[] tags, params (string Key, string? Value)[] more) => new(value, [.. tags, .. Tags(more)]);

    public static Measurement<double> Measure(double value, KeyValuePair<string, object?>[] tags, params (string Key, string? Value)[] more) => new(value, [.. tags, .. Tags(more)]);

    /// <summary>A state as Prometheus likes it: 1 for the one it is, 0 for the others.</summary>
    public static IEnumerable<Measurement<long>> States(IEnumerable<string> states, string? now, KeyValuePair<string, object?>[] tags, string key) =>
        states.Select(state => Measure(state == now ? 1 : 0, tags, (key, state)));

    /// <summary>Given in microseconds, told in seconds.</summary>
    public static IEnumerable<Measurement<double>> Percentiles(KeyValuePair<string, object?>[] tags, params (string Percentile, double Us)[] all) => all.Select(p => Measure(p.Us / 1e6, tags, ("percentile", p.Percentile)));

    /// <summary>What cannot be told just now (no descriptor is left, say) is left out, and all else told.</summary>
    private Measurement<T>[] Guarded<T>(Func<RelaySnapshot, IEnumerable<Measurement<T>>> observe)
        where T : struct
    {
        try
        {
            return [.. observe(current())];
        }
        catch (Exception)
        {
            return [];
        }
    }

    /// <summary>Seconds since 1970; of what never was there is no measurement.</summary>
    public static IEnumerable<Measurement<double>> Time(DateTimeOffset? at, KeyValuePair<string, object?>[] tags) =>
        at is { } time ? [Measure((time - DateTimeOffset.UnixEpoch).TotalSeconds, tags)] : [];
}

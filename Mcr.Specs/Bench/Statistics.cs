namespace Mcr.Specs.Bench;

/// <summary>Values of one thing measured in several rounds.</summary>
internal readonly record struct Spread(double Median, double Lowest, double Highest, int Rounds)
{
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
            throw new ArgumentException("there is no median of nothing", nameof(values));
        double median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return new Spread(median, sorted[0], sorted[^1], sorted.Length);
    }
}

internal enum Measure
{
    /// <summary>Datagrams a second into the relay, nothing lost.</summary>
    Rate,

    /// <summary>1 when the sender could not send faster than that.</summary>
    SenderLimit,

    /// <summary>Datagrams a second at which the following three were measured.</summary>
    Load,

    /// <summary>CPU of the relaying processes per datagram that arrived, in ns.</summary>
    Relay,

    /// <summary>Busy time of the whole machine less that of the same sending with no relay, per datagram that arrived, in ns.</summary>
    Machine,

    /// <summary>Datagrams lost under that load.</summary>
    Lost,

    /// <summary>Of one way, in µs.</summary>
    P50,
    P99,
    P999,
    Max,
}

/// <summary>Everything measured in a run.</summary>
internal sealed class Results
{
    private readonly Dictionary<(string Traffic, string Peer, Measure Measure), List<double>> _values = [];

    /// <summary>What did not work or was left out, in the order it happened, each once.</summary>
    public List<string> Remarks { get; } = [];

    public void Add(string traffic, string peer, Measure measure, double value)
    {
        if (!_values.TryGetValue((traffic, peer, measure), out List<double>? values))
            _values[(traffic, peer, measure)] = values = [];
        values.Add(value);
    }

    public Spread? Of(string traffic, string peer, Measure measure) =>
        _values.TryGetValue((traffic, peer, measure), out List<double>? values) ? Spread.Of(values) : null;

    public double? Median(string traffic, string peer, Measure measure) => Of(traffic, peer, measure)?.Median;

    /// <summary>Those measured in a situation, in the order of their first values.</summary>
    public IEnumerable<string> Peers(string traffic) => _values.Keys.Where(k => k.Traffic == traffic).Select(k => k.Peer).Distinct();

    public bool Has(string traffic) => _values.Keys.Any(k => k.Traffic == traffic);

    public void Remark(string sentence)
    {
        if (!Remarks.Contains(sentence))
            Remarks.Add(sentence);
    }
}

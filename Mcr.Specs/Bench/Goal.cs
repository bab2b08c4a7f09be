namespace Mcr.Specs.Bench;

/// <summary>A number to reach, and what was measured.</summary>
/// <param name="IsReached">Null: not measured in this run.</param>
internal sealed record Goal(string What, string Wanted, string Measured, bool? IsReached)
{
    public static Goal NotMeasured(string what, string wanted, string why) => new(what, wanted, why, null);
}

/// <summary>The numbers to reach, from the medians of one run.</summary>
internal static class Goals
{
    private const double AtLeastOverSocat = 5;
    private const double AtMostOverLimit = 1.2;
    private const double NanosecondsPerSend = 300;
    private const double LoadTolerance = 1.1;
    private const double MergedRate = 3_000_000;
    private const string Missing = "not measured";

    public static IReadOnlyList<Goal> Of(Results results)
    {
        var goals = new List<Goal>
        {
            Ratio(results, "1→1, 1316 B: rate without loss against socat", Traffic.Base.Name, BenchPlan.Mcrd, BenchPlan.Socat, Measure.Rate, least: AtLeastOverSocat),
            Ratio(results, "1→1, 1316 B: whole-machine CPU per datagram against smcroute", Traffic.Base.Name, BenchPlan.Mcrd, BenchPlan.Smcroute, Measure.Machine, most: 1),
            Ratio(results, "the same, gro = on", Traffic.Base.Name, BenchPlan.McrdGro, BenchPlan.Smcroute, Measure.Machine, most: 0.5),
        };
        foreach ((string ours, string limit) in BenchPlan.SameIngress)
            goals.Add(Ratio(results, $"CPU of the worker per datagram under load, {ours} against {limit}", Traffic.Base.Name, ours, limit, Measure.Relay, most: AtMostOverLimit));
        goals.Add(Sending(results));
        goals.Add(MergedFrames(results));
        goals.Add(MergedLoss(results));
        foreach (int rate in Traffic.LatencyRates.Where(r => r <= 50_000))
        {
            string traffic = Latency.Name(rate);
            goals.Add(Ratio(results, $"{traffic}, p50 against socat", traffic, BenchPlan.Mcrd, BenchPlan.Socat, Measure.P50, most: 1.1));
            goals.Add(Ratio(results, $"{traffic}, p99 against socat", traffic, BenchPlan.Mcrd, BenchPlan.Socat, Measure.P99, most: 1.1));
            goals.Add(NotWorse(results, $"{traffic}, p99.9 against socat", traffic, Measure.P999));
            goals.Add(NotWorse(results, $"{traffic}, max against socat", traffic, Measure.Max));
        }

        foreach (int rate in Traffic.LatencyRates.Where(r => r <= 10_000))
            foreach (Measure measure in (Measure[])[Measure.P50, Measure.P99])
                goals.Add(Ratio(results, $"{Latency.Name(rate)}, {measure.ToString().ToLowerInvariant()} with poll = spin against socat", Latency.Name(rate), BenchPlan.McrdSpin, BenchPlan.Socat, measure, most: 0.3));
        return goals;
    }

    private static Goal Ratio(Results results, string what, string traffic, string ours, string theirs, Measure measure, double? least = null, double? most = null)
    {
        string wanted = least is not null ? $"at least {Numbers.Short(least.Value)} ×" : $"at most {Numbers.Short(most!.Value)} ×";
        if (results.Median(traffic, ours, measure) is not { } a || results.Median(traffic, theirs, measure) is not { } b)
            return Goal.NotMeasured(what, wanted, Missing);
        if (b <= 0)
            return Goal.NotMeasured(what, wanted, $"{Numbers.Short(a)} against {Numbers.Short(b)}: no ratio (too noisy)");
        double ratio = a / b;
        bool isUneven = measure is Measure.Relay or Measure.Machine && !IsSameLoad(results, traffic, ours, theirs);
        return new Goal(what, wanted, $"{Numbers.Short(ratio)} × ({Numbers.Short(a)} against {Numbers.Short(b)}{(isUneven ? ", at unequal loads" : "")})", least is not null ? ratio >= least : ratio <= most);
    }

    private static bool IsSameLoad(Results results, string traffic, string ours, string theirs) =>
        results.Median(traffic, ours, Measure.Load) / results.Median(traffic, theirs, Measure.Load) is > 1 / LoadTolerance and < LoadTolerance;

    private static Goal Sending(Results results)
    {
        const string What = "1→10 with segmentation offload: CPU per datagram sent";
        const string Wanted = "at most 300 ns, or 1.2 × limit";
        if (results.Median(Traffic.Ten.Name, BenchPlan.Mcrd, Measure.Relay) is not { } ours)
            return Goal.NotMeasured(What, Wanted, Missing);
        double? limit = results.Median(Traffic.Ten.Name, BenchPlan.SameIngress[0].Limit, Measure.Relay);
        string measured = limit is null ? $"{ours:F0} ns" : $"{ours:F0} ns, {Numbers.Short(ours / limit.Value)} × limit";
        return new Goal(What, Wanted, measured, ours <= NanosecondsPerSend || ours <= AtMostOverLimit * limit);
    }

    private static Goal MergedFrames(Results results)
    {
        const string What = "GSO sender: rate without loss";
        string wanted = FormattableString.Invariant($"at least {MergedRate:N0}/s");
        return results.Median(Traffic.Merging.Name, BenchPlan.Mcrd, Measure.Rate) is { } rate
            ? new Goal(What, wanted, FormattableString.Invariant($"{rate:N0}/s"), rate >= MergedRate)
            : Goal.NotMeasured(What, wanted, Missing);
    }

    /// <summary>A run's load in this situation is the million; of the rounds the worst counts.</summary>
    private static Goal MergedLoss(Results results)
    {
        string what = FormattableString.Invariant($"GSO sender: lost at {Traffic.Merging.Load:N0}/s");
        return results.Of(Traffic.Merging.Name, BenchPlan.Mcrd, Measure.Lost) is { } lost && results.Median(Traffic.Merging.Name, BenchPlan.Mcrd, Measure.Load) is { } load
            ? new Goal(what, "0", FormattableString.Invariant($"{lost.Highest:N0} at {load:N0}/s, worst of {lost.Rounds}"), lost.Highest <= 0 && load > Traffic.Merging.Load * 0.95)
            : Goal.NotMeasured(what, "0", Missing);
    }

    /// <summary>The tail is the machine's scheduling: ours may be as bad as socat's was in its worst round.</summary>
    private static Goal NotWorse(Results results, string what, string traffic, Measure measure)
    {
        const string Wanted = "not worse than its spread";
        return results.Median(traffic, BenchPlan.Mcrd, measure) is { } ours && results.Of(traffic, BenchPlan.Socat, measure) is { } theirs
            ? new Goal(what, Wanted, $"{Numbers.Short(ours)} µs, socat {Numbers.Short(theirs.Lowest)} to {Numbers.Short(theirs.Highest)} µs", ours <= theirs.Highest)
            : Goal.NotMeasured(what, Wanted, Missing);
    }
}

internal static class Numbers
{
    /// <summary>Three digits or so, whatever the size.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        >= 100 => FormattableString.Invariant($"{value:N0}"),
        >= 10 => FormattableString.Invariant($"{value:F1}"),
        _ => FormattableString.Invariant($"{value:F2}"),
    };

    /// <summary>Median and, from several rounds, the lowest and the highest.</summary>
    public static string WithSpread(Spread? spread, string nothing = "–") =>
        spread is not { } s ? nothing : s.Rounds == 1 ? Short(s.Median) : $"{Short(s.Median)} ({Short(s.Lowest)} to {Short(s.Highest)})";
}

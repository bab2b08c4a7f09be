using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Native.Analysis;
using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Actors.Control;

/// <summary>Several inputs of a rule as they go over the control socket. Pure.</summary>
internal static class SelectionViews
{
    /// <returns>null where there are not several.</returns>
    public static SelectionEntry? Entry(ForwardingRule rule, SelectView? view)
    {
        if (view is null || rule.Select is not { } select)
            return null;
        SelectReport report = view.Report;
        bool isFailover = select.Mode == SelectMode.Failover;
        return new SelectionEntry(
            isFailover ? "failover" : "merge",
            report.Merged,
            report.Lost,
            report.Inputs.Sum(i => i.Duplicates),
            report.Inputs.Sum(i => i.Recovered),
            report.Restarts,
            report.Overflows,
            report.Waiting,
            [.. view.Inputs.Zip(report.Inputs).Select((each, i) => Entry(i, each.First, each.Second, isFailover, view.At))])
        {
            RestartedAt = report.RestartedAt,
            Relayed = report.Current + 1,
            Switches = isFailover ? report.Switches : null,
            SwitchedAt = report.SwitchedAt,
        };
    }

    private static SelectionInputEntry Entry(int index, InputView view, SelectInputReport counts, bool isFailover, DateTimeOffset at) => new(
        index + 1,
        view.Input.Interface,
        view.Input.Group.ToString(),
        view.Input.Port,
        view.State.ToString().ToLowerInvariant(),
        view.Words,
        counts.Received,
        counts.Won,
        counts.Recovered,
        counts.Lost,
        counts.Late,
        counts.Duplicates,
        counts.Differing,
        counts.Reordered,
        isFailover ? 0 : counts.Astray,
        isFailover ? counts.Astray : 0,
        counts.Unusable)
    {
        Source = view.Input.Source?.ToString(),
        LastSeen = counts.Heard is { } ago ? at - ago : null,
        Skew = Skew(counts.Behind.AsSpan()),
    };

    private static SkewEntry? Skew(ReadOnlySpan<long> counts)
    {
        long count = 0;
        foreach (long bucket in counts)
            count += bucket;
        return count == 0 ? null : new SkewEntry(
            count,
            LatencyHistogram.Percentile(counts, 0.5) / 1000.0,
            LatencyHistogram.Percentile(counts, 0.99) / 1000.0,
            LatencyHistogram.Percentile(counts, 1) / 1000.0);
    }
}

using System.Globalization;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Control;

/// <summary>Outputs on the control socket: what an add asks for, and what a list shows. Pure.</summary>
internal static class OutputViews
{
    /// <summary>By the number of <see cref="Mcr.Native.Egress.EgressError"/>.</summary>
    public static readonly string[] Reasons = ["full", "down", "unreachable", "refused", "too_long", "rate_limit", "ttl_expired", "other"];

    /// <summary>By the bucket of <see cref="Mcr.Native.Egress.EgressCounters.TrainBucket"/>.</summary>
    private static readonly string[] Trains = ["1", "2", "3-4", "5-8", "9-16", "17-32", "33-64", "65-"];

    public static OutputDraft Draft(OutputText text) => new()
    {
        Interface = text.Interface,
        Group = text.Group,
        Port = text.LastPort is null ? text.Port : $"{text.Port}-{text.LastPort}",
        Ttl = text.Ttl,
        Source = text.Source,
        Dscp = text.Dscp,
        RateLimit = text.RateLimit,
        MaxBurst = text.MaxBurst,
        Pace = text.Pace,
        Priority = text.Priority,
    };

    public static OutputEntry Entry(RuleOutput output) => new(
        output.Range.GroupText,
        output.Port,
        output.Interface,
        output.DecrementTtl ? "decrement" : output.EffectiveTtl.ToString(CultureInfo.InvariantCulture))
    {
        LastPort = output.LastPort,
        Source = output.Source switch
        {
            SourceMode.Keep => "keep",
            SourceMode.Address => $"{output.SourceAddress}",
            _ => null,
        },
        Dscp = output.Dscp,
        RateLimit = output.RateLimit == 0 ? null : output.RateLimit,
        MaxBurst = output.MaxBurst == 0 ? null : output.MaxBurst,
        Pace = output.Pace ? "on" : null,
        Priority = output.Priority == 0 ? null : output.Priority,
    };

    public static OutputStatsEntry Stats(OutputStatsView view) => new(
        view.Output.Range.GroupText,
        view.Output.Port,
        view.Output.Interface,
        view.Sent,
        view.Errors,
        Named(view.Reasons, Reasons),
        Named(view.Trains, Trains));

    /// <summary>Zeros say nothing and are left out.</summary>
    private static SortedDictionary<string, long> Named(IEnumerable<long> counts, string[] names) =>
        new(counts.Zip(names).Where(c => c.First != 0).ToDictionary(c => c.Second, c => c.First), Comparer<string>.Create((a, b) => Array.IndexOf(names, a).CompareTo(Array.IndexOf(names, b))));
}

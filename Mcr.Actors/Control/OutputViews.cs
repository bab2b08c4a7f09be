using System.Globalization;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Control;

/// <summary>Outputs on the control socket: what an add asks for, and what a list shows. Pure.</summary>
internal static class OutputViews
{
    /// <summary>By the bucket of <see cref="Mcr.Native.Egress.EgressCounters.TrainBucket"/>.</summary>
    private static readonly string[] Trains = ["1", "2", "3-4", "5-8", "9-16", "17-32", "33-64", "65-"];

    public static OutputDraft Draft(OutputText text) => new()
    {
        Interface = text.Interface,
        Group = text.Group,
        Port = text.LastPort is null ? InputViews.Port(text.Port, text.Rule) : $"{text.Port}-{text.LastPort}",
        Ttl = text.Ttl,
        Source = text.Source,
        Dscp = text.Dscp,
        RateLimit = text.RateLimit,
        MaxBurst = text.MaxBurst,
        Pace = text.Pace,
        Priority = text.Priority,
        Node = text.Node,
        Pair = text.Pair,
        Rule = text.Rule,
    };

    public static OutputEntry Entry(RuleOutput output) => new(
        GroupText(output),
        output.Port,
        output.Interface,
        output.Rule is not null ? "" : output.DecrementTtl ? "decrement" : output.EffectiveTtl.ToString(CultureInfo.InvariantCulture))
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
        Node = output.Node,
        Pair = output.PairText,
        Rule = output.Rule,
    };

    public static OutputStatsEntry Stats(OutputStatsView view) => new(
        GroupText(view.Output),
        view.Output.Port,
        view.Output.Interface,
        view.Sent,
        view.Errors,
        ReasonNames.Named(view.Reasons, ReasonNames.Errors),
        ReasonNames.Named(view.Trains, Trains))
    {
        LastPort = view.Output.LastPort,
        Node = view.Output.Node,
        Rule = view.Output.Rule,
        Bytes = view.Bytes,
        Rates = TrafficViews.Rates(view.Traffic),
        LastSeen = view.Traffic.LastSeen,
    };

    private static string GroupText(RuleOutput output) => output.Rule is null ? output.Range.GroupText : "";
}

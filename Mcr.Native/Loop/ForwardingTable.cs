using Mcr.Native.Egress;
using Mcr.Native.Legs;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Native.Loop;

/// <summary>One published rule set: what to match and where to send. Replaced whole, between two batches.</summary>
/// <param name="Hash">Of the rule set as it was received; the worker's answer to drift checks.</param>
public sealed record ForwardingTable(RuleTable Rules, OutputTable Outputs, long Generation, ulong Hash)
{
    /// <summary>Of the rules that are traced.</summary>
    public TraceSettings[] Traces { get; init; } = [];

    /// <summary>Of the rules that other nodes have as well.</summary>
    public RedundantRules Redundant { get; init; } = RedundantRules.None;

    /// <summary>Counters of rules that are new or changed in this table, and not analysed.</summary>
    public int[] NotAnalysed { get; init; } = [];

    /// <summary>Of the legs that end in a rule, by <see cref="RuleEntry.Leg"/>.</summary>
    public LegKeys[] LegKeys { get; init; } = [];

    /// <summary>Counters of rules that are new or changed in this table and the end of a leg, with its id.</summary>
    public (int Rule, ulong Leg)[] LegEnds { get; init; } = [];

    /// <summary>Counters of their outputs at which a leg begins, with its id.</summary>
    public (int Output, ulong Leg)[] LegBeginnings { get; init; } = [];

    /// <summary>The rules with several inputs, which are not among <see cref="Rules"/>.</summary>
    internal FeedTable Feeds { get; init; } = FeedTable.None;

    public static readonly ForwardingTable Empty = new(RuleTable.Empty, OutputTable.Empty, 0, 0);
}

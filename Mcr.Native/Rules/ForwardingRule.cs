using System.Collections.Immutable;
using System.Globalization;
using Mcr.Native.Analysis;

namespace Mcr.Native.Rules;

/// <summary>One rule: an input, or several that become one stream, and its 1 to 64 outputs. Immutable and validated; build one with <see cref="RuleParser"/>.</summary>
public sealed record ForwardingRule(RuleId Id, string? Name, RuleInput Input, ImmutableArray<RuleOutput> Outputs)
{
    public const int MaxOutputs = 64;
    public const int MaxNameLength = 64;

    /// <summary>Of an input that is a prefix; <see cref="GroupJoin.All"/> otherwise.</summary>
    public GroupJoin Join { get; init; } = GroupJoin.All;

    /// <summary>What of its payloads is looked at, for the statistics.</summary>
    public AnalysisSettings Analysis { get; init; } = AnalysisSettings.Auto;

    /// <summary>Which of its troubles are alarms; no worker knows of it.</summary>
    public AlarmSettings Alarms { get; init; }

    /// <summary>Which nodes back each other up for it; null: it is this node's alone.</summary>
    public RedundancySettings? Redundancy { get; init; }

    /// <summary>Those behind <see cref="Input"/>, in the order in which they are preferred; none: the rule has that one alone. No ranges, and no ends of legs.</summary>
    public ImmutableArray<RuleInput> MoreInputs { get; init; } = [];

    /// <summary>How several inputs become one stream; null: there is one.</summary>
    public SelectSettings? Select { get; init; }

    /// <summary>All of them, at least one.</summary>
    public IEnumerable<RuleInput> Inputs => MoreInputs.Prepend(Input);

    /// <summary>Whose worker relays it: the input's interface, or, where there are several inputs, none of theirs, so that any of them may go.</summary>
    public string Home => Select is null && Into is null ? Input.Interface : FeedsHome;

    /// <summary>Of the end of a leg: the input of another rule of this node that it brings; null: it sends by devices.</summary>
    public LegInput? Into => Outputs is [{ Into: { } into }] ? into : null;

    /// <summary>In place of an interface, for rules with several inputs; no interface can be called that.</summary>
    public const string FeedsHome = "feeds/0";

    /// <summary>Those that leave by a device of this node; the others are on their way to another node then.</summary>
    public IEnumerable<RuleOutput> LocalOutputs => Outputs.Where(o => o.Node is null && o.Rule is null);

    /// <summary>Of this node: those that it takes datagrams from and sends them by, each once.</summary>
    public IEnumerable<string> Devices => Inputs.Where(i => i.From is null).Select(i => i.Interface).Concat(LocalOutputs.Select(o => o.Interface)).Distinct();

    /// <summary>Whether a leg begins or ends with it.</summary>
    public bool HasLegs => Inputs.Any(i => i.Leg is not null || i.From is not null) || Outputs.Any(o => o.Node is not null);

    /// <summary>Everything that decides what the rule does, in one line: the input of the node's ruleset hash.</summary>
    public string CanonicalText =>
        $"rule/1 id={Id} name={Name} {Input.CanonicalText} {string.Join(' ', Outputs.Select(o => o.CanonicalText))}{(AnalyseText is { } analyse ? $" analyse={analyse}" : "")}{(JoinText is { } join ? $" join={join}" : "")}{(AlarmsText is { } alarms ? $" alarms={alarms}" : "")}{(RedundancyText is { } ha ? $" ha={ha}" : "")}{(Input.Leg is { } leg ? $" leg={leg.Node}/{leg.Rule}" : "")}{(SelectText is { } select ? $" select={select} {string.Join(' ', MoreInputs.Select(i => i.CanonicalText))}" : "")}";

    /// <summary><see cref="Analysis"/> as it is written; null for the default, which is not written.</summary>
    public string? AnalyseText => Analysis == AnalysisSettings.Auto ? null : AnalysisText.Format(Analysis);

    /// <summary><see cref="Join"/>, likewise.</summary>
    public string? JoinText => Join.Kind == JoinKind.All ? null : Join.ToString();

    /// <summary><see cref="Alarms"/>, likewise.</summary>
    public string? AlarmsText => Alarms.IsDefault ? null : AlarmText.Format(Alarms);

    /// <summary><see cref="Redundancy"/>, likewise.</summary>
    public string? RedundancyText => Redundancy is null ? null : Rules.RedundancyText.Format(Redundancy);

    /// <summary><see cref="Select"/>, likewise.</summary>
    public string? SelectText => Select is null ? null : Rules.SelectText.Format(Select);

    /// <summary>The inputs, as sentences have them.</summary>
    public string InputsText => MoreInputs.IsEmpty ? $"{Input}" : string.Join(" and ", Inputs);

    /// <summary>Where a problem with an input is: <c>input</c>, or <c>inputs[1]</c> where there are several.</summary>
    /// <param name="number">From 0 on.</param>
    public string InputField(int number) => MoreInputs.IsEmpty ? "input" : string.Create(CultureInfo.InvariantCulture, $"inputs[{number}]");

    /// <summary>Whether it has something that is refused unless forced: to write it down again takes <c>force</c>, too.</summary>
    public bool NeedsForce =>
        Inputs.Any(i => i.From is null && (Addresses.ReservedFor(i.Range) is not null || (Addresses.IsSourceSpecific(i.Range) && i.Source is null)))
        || Outputs.Any(o => o.MaySpoof || (o.Rule is null && Addresses.ReservedFor(o.Range) is not null));

    /// <summary>By value, outputs in order.</summary>
    public bool Equals(ForwardingRule? other) =>
        other is not null && Id == other.Id && Name == other.Name && Input == other.Input && Analysis == other.Analysis && Join == other.Join && Alarms == other.Alarms && Redundancy == other.Redundancy && Select == other.Select && MoreInputs.SequenceEqual(other.MoreInputs) && Outputs.SequenceEqual(other.Outputs);

    public override int GetHashCode() => HashCode.Combine(Id, Input);
}

using System.Collections.Immutable;
using System.Net;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Native.Worker;

/// <summary>An output as a worker executes it: which of its sockets, where to, and which counter entry of its slot.</summary>
public sealed record ResolvedOutput(int Socket, IPAddress Address, ushort Port, int Counter, EgressOptions Options = default);

/// <summary>A rule as a worker executes it. Names are resolved to numbers; the worker never looks anything up.</summary>
/// <param name="Group">Multicast group or local unicast address.</param>
/// <param name="Source">Only datagrams from this address; null for any.</param>
/// <param name="Muted">Match and count, send nothing.</param>
/// <param name="Counter">Index of the rule's counter entry in the slot.</param>
public sealed record ResolvedRule(IPAddress Group, ushort Port, IPAddress? Source, bool Muted, int Counter, ImmutableArray<ResolvedOutput> Outputs)
{
    /// <summary>Bits of <paramref name="Group"/> that count; null: that one alone.</summary>
    public byte? PrefixLength { get; init; }

    /// <summary>The last of several ports; null: <paramref name="Port"/> alone.</summary>
    public ushort? LastPort { get; init; }

    public GroupRange Range => new(Group, PrefixLength ?? GroupRange.Bits(Group), Port, LastPort ?? Port);

    /// <summary>What of its payloads is looked at.</summary>
    public AnalysisSettings Analysis { get; init; }

    /// <summary>Which of its datagrams are recorded; null for none.</summary>
    public TraceSettings? Trace { get; init; }

    /// <summary>By value, outputs in order.</summary>
    public bool Equals(ResolvedRule? other) =>
        other is not null && Counter == other.Counter && Port == other.Port && Muted == other.Muted && PrefixLength == other.PrefixLength && LastPort == other.LastPort && Group.Equals(other.Group) && Equals(Source, other.Source) && Analysis == other.Analysis && Equals(Trace, other.Trace) && Outputs.SequenceEqual(other.Outputs);

    public override int GetHashCode() => HashCode.Combine(Group, Port, Counter);
}

/// <summary>All rules of one worker. <paramref name="Generation"/> grows with every change; answers name it.</summary>
public sealed record ResolvedRuleSet(long Generation, ImmutableArray<ResolvedRule> Rules);

/// <summary>
/// What turns the rules of generation <paramref name="Base"/> into those of <paramref name="Generation"/>. A rule is known by its counter,
/// which no other has: one in <paramref name="Put"/> replaces the rule with the same.
/// </summary>
/// <param name="Dropped">Counters.</param>
public sealed record ResolvedRuleChange(long Base, long Generation, ImmutableArray<int> Dropped, ImmutableArray<ResolvedRule> Put)
{
    public bool IsEmpty => Dropped.IsEmpty && Put.IsEmpty;
}

using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// The traces of one interface's rules, those that have ended included: their records can be read until the ring is needed. Immutable and pure.
/// </summary>
internal sealed record RuleTraces
{
    /// <summary>By rule; the last one of each.</summary>
    private ImmutableDictionary<RuleId, RuleTrace> All { get; init; } = ImmutableDictionary<RuleId, RuleTrace>.Empty;

    /// <summary>What workers are to record.</summary>
    public ImmutableDictionary<RuleId, TraceSettings> Active =>
        All.Where(t => t.Value.IsActive).ToImmutableDictionary(t => t.Key, t => t.Value.Settings);

    public RuleTrace? Find(RuleId rule) => All.GetValueOrDefault(rule);

    /// <param name="session">Not one that was before.</param>
    /// <param name="refusal">A sentence, when all rings are in use.</param>
    public RuleTraces Begin(RuleId rule, TraceWish wish, uint session, DateTimeOffset now, out string? refusal)
    {
        refusal = null;
        int? ring = Find(rule)?.Settings.Ring ?? FreeRing() ?? OldestEnded()?.Settings.Ring;
        if (ring is null)
        {
            refusal = $"{TraceLayout.Rings} rules of this interface are traced already, which is all that can be at once; end one: {string.Join(", ", All.Keys.Select(id => id.ToString()).Order(StringComparer.Ordinal))}";
            return this;
        }

        DateTimeOffset until = now + wish.For;
        var settings = new TraceSettings(ring.Value, session, wish.Every, wish.First, wish.Snap, (until - DateTimeOffset.UnixEpoch).Ticks * 100);
        ImmutableDictionary<RuleId, RuleTrace> others = All.Remove(rule);
        foreach ((RuleId other, RuleTrace trace) in others.Where(t => t.Value.Settings.Ring == ring))
            others = others.Remove(other);
        return this with { All = others.Add(rule, new RuleTrace(settings, until, IsActive: true)) };
    }

    /// <returns>The same when it is not that one that is active.</returns>
    public RuleTraces End(RuleId rule, uint? session = null) =>
        Find(rule) is { IsActive: true } trace && (session is null || trace.Settings.Session == session)
            ? this with { All = All.SetItem(rule, trace with { IsActive = false }) }
            : this;

    /// <summary>All of them.</summary>
    public RuleTraces EndAll() => this with { All = All.ToImmutableDictionary(t => t.Key, t => t.Value with { IsActive = false }) };

    private int? FreeRing()
    {
        var used = All.Values.Select(t => t.Settings.Ring).ToHashSet();
        int free = Enumerable.Range(0, TraceLayout.Rings).FirstOrDefault(ring => !used.Contains(ring), -1);
        return free < 0 ? null : free;
    }

    private RuleTrace? OldestEnded() => All.Values.Where(t => !t.IsActive).MinBy(t => t.Until);
}

/// <param name="Until">It ends by itself.</param>
internal sealed record RuleTrace(TraceSettings Settings, DateTimeOffset Until, bool IsActive);

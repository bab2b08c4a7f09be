using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// Each rule's totals and rates from the slot's counter entries, which are given to one rule after another and never reset. Owned by the
/// interface's actor.
/// </summary>
internal sealed class RuleMeters(IInterfacePort port)
{
    private readonly Dictionary<RuleId, RuleMeter> _rules = [];
    private readonly Dictionary<OutputKey, (int Index, OutputCounters Before)> _outputs = [];

    /// <summary>Entries may have been given out and taken back since.</summary>
    public void Follow(Allocations allocations)
    {
        foreach (RuleId gone in _rules.Keys.Where(id => !allocations.RuleCounters.ContainsKey(id)).ToArray())
            _rules.Remove(gone);
        foreach ((RuleId id, int index) in allocations.RuleCounters)
        {
            if (!_rules.TryGetValue(id, out RuleMeter? meter) || meter.Index != index)
                _rules[id] = new RuleMeter(index, port.ReadRule(index));
        }

        foreach (OutputKey gone in _outputs.Keys.Where(key => !allocations.OutputCounters.ContainsKey(key)).ToArray())
            _outputs.Remove(gone);
        foreach ((OutputKey key, int index) in allocations.OutputCounters)
        {
            if (!_outputs.TryGetValue(key, out (int Index, OutputCounters Before) known) || known.Index != index)
                _outputs[key] = (index, port.ReadOutput(index));
        }
    }

    /// <summary>For the rates, once a second.</summary>
    public void Sample(TimeSpan elapsed)
    {
        foreach (RuleMeter meter in _rules.Values)
            meter.Sample(port.ReadRule(meter.Index), elapsed);
    }

    public ImmutableDictionary<RuleId, RuleStatsView> Read(ImmutableDictionary<RuleId, ForwardingRule> rules) =>
        rules.Values.Where(r => _rules.ContainsKey(r.Id)).ToImmutableDictionary(r => r.Id, Read);

    private RuleStatsView Read(ForwardingRule rule)
    {
        RuleMeter meter = _rules[rule.Id];
        RuleCounters now = port.ReadRule(meter.Index);
        long sent = 0;
        long errors = 0;
        foreach (RuleOutput output in rule.Outputs)
        {
            if (!_outputs.TryGetValue(OutputKey.Of(rule.Id, output), out (int Index, OutputCounters Before) entry))
                continue;
            OutputCounters counters = port.ReadOutput(entry.Index);
            sent += counters.Sent - entry.Before.Sent;
            errors += counters.Errors - entry.Before.Errors;
        }

        return new RuleStatsView(rule, now.Matched - meter.Before.Matched, now.MatchedBytes - meter.Before.MatchedBytes, sent, errors, meter.PacketsPerSecond, meter.BitsPerSecond);
    }

    private sealed class RuleMeter(int index, RuleCounters before)
    {
        private RuleCounters? _last;

        public int Index => index;

        /// <summary>What the entry's earlier rules have counted.</summary>
        public RuleCounters Before => before;

        public double PacketsPerSecond { get; private set; }

        public double BitsPerSecond { get; private set; }

        public void Sample(RuleCounters now, TimeSpan elapsed)
        {
            RuleCounters last = _last ?? before;
            PacketsPerSecond = (now.Matched - last.Matched) / elapsed.TotalSeconds;
            BitsPerSecond = (now.MatchedBytes - last.MatchedBytes) * 8 / elapsed.TotalSeconds;
            _last = now;
        }
    }
}

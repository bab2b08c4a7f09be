using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// Each rule's totals and rates from the slots' counter entries, which are given to one rule after another and never reset. Owned by the
/// interface's actor.
/// </summary>
internal sealed class RuleMeters(IInterfacePort port)
{
    private readonly Dictionary<RuleId, RuleMeter> _rules = [];

    /// <summary>Entries may have been given out and taken back by this plan.</summary>
    public void Follow(InterfacePlan plan)
    {
        IEnumerable<RuleId> changed = plan.Considered is { } some ? some : plan.Allocations.Rules.Keys.Concat(_rules.Keys.ToArray());
        foreach (RuleId id in changed)
        {
            if (!plan.Allocations.Rules.TryGetValue(id, out PlannedRule? rule) || rule.Counter is not { } index)
            {
                _rules.Remove(id);
                continue;
            }

            if (!_rules.TryGetValue(id, out RuleMeter? meter) || meter.Index != index)
                _rules[id] = meter = new RuleMeter(index, port.BeginRule(index));
            meter.Outputs = [.. rule.Outputs.Select(entry => meter.Outputs.FirstOrDefault(o => o.Entry == entry) ?? new OutputMeter(entry, port.BeginOutput(entry.Index)))];
        }
    }

    /// <summary>Rules that have their entries from an mcrd which is gone: they count on.</summary>
    public void Adopt(ImmutableDictionary<RuleId, PlannedRule> rules)
    {
        foreach ((RuleId id, PlannedRule rule) in rules)
        {
            if (rule.Counter is { } index)
                _rules[id] = new RuleMeter(index, port.RuleBase(index)) { Outputs = [.. rule.Outputs.Select(entry => new OutputMeter(entry, port.OutputBase(entry.Index)))] };
        }
    }

    /// <summary>For the rates, once a second.</summary>
    public void Sample(TimeSpan elapsed)
    {
        foreach (RuleMeter meter in _rules.Values)
        {
            meter.Sample(port.ReadRule(meter.Index), elapsed);
            if (meter.HasPackets)
                meter.SamplePackets(port.ReadStream(meter.Index), elapsed);
        }
    }

    public ImmutableDictionary<RuleId, RuleStatsView> Read(ImmutableDictionary<RuleId, ForwardingRule> rules) =>
        rules.Values.Where(r => _rules.ContainsKey(r.Id)).ToImmutableDictionary(r => r.Id, Read);

    private RuleStatsView Read(ForwardingRule rule)
    {
        RuleMeter meter = _rules[rule.Id];
        RuleCounters now = port.ReadRule(meter.Index);
        long sent = 0;
        long errors = 0;
        var outputs = ImmutableArray.CreateBuilder<OutputStatsView>(rule.Outputs.Length);
        foreach (RuleOutput output in rule.Outputs)
        {
            if (meter.Outputs.FirstOrDefault(o => o.Entry.IsOf(output)) is not { } entry)
                continue;
            OutputCounters counters = port.ReadOutput(entry.Entry.Index).Since(entry.Before);
            sent += counters.Sent;
            errors += counters.Errors;
            outputs.Add(new OutputStatsView(output, counters.Sent, counters.Errors, counters.Reasons, counters.Trains));
        }

        return new RuleStatsView(rule, now.Matched - meter.Before.Matched, now.MatchedBytes - meter.Before.MatchedBytes, sent, errors, meter.PacketsPerSecond, meter.BitsPerSecond)
        {
            Outputs = outputs.ToImmutable(),
            Stream = now.Matched == meter.Before.Matched ? null : meter.View(port.ReadStream(meter.Index)),
            LastArrival = now.LastArrival == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(now.LastArrival / 100),
            SourceChanges = now.SourceChanges,
        };
    }

    /// <param name="Before">What the entry's earlier outputs have counted.</param>
    private sealed record OutputMeter(OutputCounter Entry, OutputCounters Before);

    private sealed class RuleMeter(int index, RuleCounters before)
    {
        private RuleCounters? _last;

        public int Index => index;

        /// <summary>What the entry's earlier rules have counted.</summary>
        public RuleCounters Before => before;

        public ImmutableArray<OutputMeter> Outputs { get; set; } = [];

        public double PacketsPerSecond { get; private set; }

        public double BitsPerSecond { get; private set; }

        /// <summary>Of MPEG-TS: the rates of its PIDs are worth looking at.</summary>
        public bool HasPackets { get; private set; }

        private StreamReport _packets = StreamReport.Empty;
        private StreamView _view = new(StreamReport.Empty, 0, ImmutableDictionary<int, double>.Empty);

        public StreamView View(StreamReport now)
        {
            if (!HasPackets)
                _packets = now; // rates begin here
            HasPackets = now.Packets > 0;
            return _view with { Report = now };
        }

        public void SamplePackets(StreamReport now, TimeSpan elapsed)
        {
            var before = _packets.Pids.ToDictionary(p => p.Pid, p => p.Packets);
            _view = new StreamView(now, (now.Packets - _packets.Packets) / elapsed.TotalSeconds, now.Pids.ToImmutableDictionary(p => p.Pid, p => (p.Packets - before.GetValueOrDefault(p.Pid)) / elapsed.TotalSeconds));
            _packets = now;
        }

        public void Sample(RuleCounters now, TimeSpan elapsed)
        {
            RuleCounters last = _last ?? before;
            PacketsPerSecond = (now.Matched - last.Matched) / elapsed.TotalSeconds;
            BitsPerSecond = (now.MatchedBytes - last.MatchedBytes) * 8 / elapsed.TotalSeconds;
            _last = now;
        }
    }
}

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
internal sealed class RuleMeters(IInterfacePort port, TimeProvider time)
{
    private readonly Dictionary<RuleId, RuleMeter> _rules = [];
    private readonly long[] _latency = new long[LatencyHistogram.Buckets]; // of one rule at a time

    private TimeSpan Now => time.GetElapsedTime(0);

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
                _rules[id] = meter = NewMeter(index, port.BeginRule(index));
            meter.Outputs = [.. rule.Outputs.Select(entry => meter.Outputs.FirstOrDefault(o => o.Entry == entry) ?? NewMeter(entry, port.BeginOutput(entry.Index)))];
        }
    }

    /// <summary>Rules that have their entries from an mcrd which is gone: they count on.</summary>
    public void Adopt(ImmutableDictionary<RuleId, PlannedRule> rules)
    {
        foreach ((RuleId id, PlannedRule rule) in rules)
        {
            if (rule.Counter is not { } index)
                continue;
            RuleMeter meter = _rules[id] = NewMeter(index, port.RuleBase(index));
            meter.Outputs = [.. rule.Outputs.Select(entry => NewMeter(entry, port.OutputBase(entry.Index)))];
        }
    }

    /// <summary>For the rates, once a second.</summary>
    public void Sample()
    {
        TimeSpan at = Now;
        DateTimeOffset now = time.GetUtcNow();
        foreach (RuleMeter rule in _rules.Values)
        {
            long sent = 0;
            long drops = 0;
            foreach (OutputMeter output in rule.Outputs)
            {
                TrafficCounts counts = Counts(port.ReadOutputTotals(output.Entry.Index));
                output.Traffic.Sample(at, now, counts);
                sent += counts.Sent;
                drops += counts.Drops;
            }

            rule.Traffic.Sample(at, now, Counts(port.ReadRule(rule.Index)) with { Sent = sent, Drops = drops });
            if (rule.HasPackets)
                rule.SamplePackets(port.ReadStream(rule.Index), at);
            if (rule.Traffic.IsMoving || !rule.Latency.IsEmpty)
                rule.Latency.Sample(ReadLatency(rule.Index));
        }
    }

    private long[] ReadLatency(int index)
    {
        Array.Clear(_latency);
        port.AddLatency(index, _latency);
        return _latency;
    }

    /// <summary>The entry and the rates of a rule; null while it has none.</summary>
    public (int Index, TrafficView Traffic)? Find(RuleId id) => _rules.TryGetValue(id, out RuleMeter? rule) ? (rule.Index, rule.Traffic.View) : null;

    public ImmutableDictionary<RuleId, RuleStatsView> Read(ImmutableDictionary<RuleId, ForwardingRule> rules) =>
        rules.Values.Where(r => _rules.ContainsKey(r.Id)).ToImmutableDictionary(r => r.Id, Read);

    /// <summary>Outputs of these rules that have lost datagrams since this was last asked, and how many for which <see cref="Mcr.Native.Egress.EgressError"/>.</summary>
    public IEnumerable<(ForwardingRule Rule, RuleOutput Output, ImmutableArray<long> Reasons)> TakeLosses(ImmutableDictionary<RuleId, ForwardingRule> rules)
    {
        foreach ((RuleId id, RuleMeter meter) in _rules)
        {
            foreach (OutputMeter output in meter.Outputs)
            {
                if (port.ReadOutputTotals(output.Entry.Index).Errors == output.Told.Errors)
                    continue;
                OutputCounters now = port.ReadOutput(output.Entry.Index);
                OutputCounters lost = now.Since(output.Told);
                output.Told = now;
                if (rules.TryGetValue(id, out ForwardingRule? rule) && rule.Outputs.FirstOrDefault(output.Entry.IsOf) is { } of)
                    yield return (rule, of, lost.Reasons);
            }
        }
    }

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
            outputs.Add(new OutputStatsView(output, counters.Sent, counters.Errors, counters.Reasons, counters.Trains) { Bytes = counters.SentBytes, Traffic = entry.Traffic.View });
        }

        TrafficView traffic = meter.Traffic.View;
        return new RuleStatsView(rule, now.Matched - meter.Before.Matched, now.MatchedBytes - meter.Before.MatchedBytes, sent, errors, traffic.OneSecond.Packets, traffic.OneSecond.Bits)
        {
            Outputs = outputs.ToImmutable(),
            Stream = now.Matched == meter.Before.Matched ? null : meter.View(port.ReadStream(meter.Index), Now) with { RecentLatency = meter.Latency.Recent },
            LastArrival = now.LastArrival == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(now.LastArrival / 100),
            SourceChanges = now.SourceChanges,
            Traffic = traffic,
        };
    }

    /// <summary>Rates begin at what there is now, whenever the counting has begun.</summary>
    private RuleMeter NewMeter(int index, RuleCounters before) => new(index, before, new TrafficMeter(Now, Counts(port.ReadRule(index))), new LatencyWindow(ReadLatency(index)));

    private OutputMeter NewMeter(OutputCounter entry, OutputCounters before) =>
        new(entry, before, new TrafficMeter(Now, Counts(port.ReadOutputTotals(entry.Index))));

    private static TrafficCounts Counts(RuleCounters rule) => new(rule.Matched, rule.MatchedBytes, 0, 0);

    private static TrafficCounts Counts(OutputCounters output) => new(output.Sent, output.SentBytes, output.Sent, output.Errors);

    /// <param name="Before">What the entry's earlier outputs have counted.</param>
    private sealed record OutputMeter(OutputCounter Entry, OutputCounters Before, TrafficMeter Traffic)
    {
        /// <summary>What had been counted when losses were last told.</summary>
        public OutputCounters Told { get; set; } = Before;
    }

    /// <param name="Before">What the entry's earlier rules have counted.</param>
    private sealed record RuleMeter(int Index, RuleCounters Before, TrafficMeter Traffic, LatencyWindow Latency)
    {
        public ImmutableArray<OutputMeter> Outputs { get; set; } = [];

        private StreamReport _packets = StreamReport.Empty;
        private TimeSpan _sampled;
        private StreamView _view = new(StreamReport.Empty, 0, ImmutableDictionary<int, double>.Empty);

        /// <summary>Of MPEG-TS: the rates of its PIDs are worth looking at.</summary>
        public bool HasPackets { get; private set; }

        public StreamView View(StreamReport now, TimeSpan at)
        {
            if (!HasPackets)
                (_packets, _sampled) = (now, at); // rates begin here
            HasPackets = now.Packets > 0;
            return _view with { Report = now };
        }

        public void SamplePackets(StreamReport now, TimeSpan at)
        {
            double seconds = (at - _sampled).TotalSeconds;
            if (seconds <= 0)
                return;
            var before = _packets.Pids.ToDictionary(p => p.Pid, p => p.Packets);
            _view = new StreamView(now, (now.Packets - _packets.Packets) / seconds, now.Pids.ToImmutableDictionary(p => p.Pid, p => (p.Packets - before.GetValueOrDefault(p.Pid)) / seconds));
            (_packets, _sampled) = (now, at);
        }
    }
}

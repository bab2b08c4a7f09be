using System.Collections.Immutable;
using Akka.Event;
using Mcr.Actors.Control;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Native.Egress;
using Mcr.Native.Packet;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>The lines of statistics that its workers' counters make, and the rates of its rules.</summary>
internal sealed partial class InterfaceActor
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    /// <summary>Of a facility of their own.</summary>
    private readonly ILoggingAdapter _statsLog = Logging.GetLogger(Context.System, typeof(StatsLines));

    private readonly ILoggingAdapter _parserLog = Logging.GetLogger(Context.System, typeof(DropReason));

    private readonly ILoggingAdapter _egressLog = Logging.GetLogger(Context.System, typeof(EgressError));

    private void LogStats()
    {
        if (_open is null)
            return;
        foreach (OpenSeat seat in _open.Seats)
        {
            (WorkerCounters now, WorkerCounters before, TimeSpan elapsed) = seat.TakeStats();
            Log(StatsLines.Periodic(now, before, elapsed, _name, seat.Seat.Number));
            LogDropped(seat, now, before);
        }

        foreach ((ForwardingRule rule, RuleOutput output, ImmutableArray<long> reasons) in _open.Meters.TakeLosses(_state.Planned))
        {
            const string Line = "{Rule}: {Lost} datagrams for {Output} were not sent: {Reasons}";
            _egressLog.Debug(Line, Sentences.Label(rule), reasons.Sum(), output.CanonicalText, ReasonNames.Sentence(reasons, ReasonNames.Errors));
        }
    }

    private void LogDropped(OpenSeat seat, WorkerCounters now, WorkerCounters before)
    {
        long[] dropped = [.. TrafficViews.Losses(Sums.Of(now.Drops, before.Drops, -1))];
        if (dropped.Any(count => count > 0))
            _parserLog.Debug("{Worker} has dropped {Dropped} frames or datagrams: {Reasons}", seat.Seat, dropped.Sum(), ReasonNames.Sentence(dropped, ReasonNames.Drops));
    }

    private void Log(IEnumerable<(string Template, object[] Values)> lines)
    {
        foreach ((string template, object[] values) in lines)
            _statsLog.Info(template, values);
    }

    private sealed record SampleTick;

    private sealed record StatsTick;
}

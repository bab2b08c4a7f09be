using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Interop;
using Mcr.Native.Rules;

namespace Mcr.Actors.Events;

/// <summary>
/// <c>/user/relay/duplicates</c>: looks every ten seconds whether something else on this host forwards or takes in what rules relay. In one place, because it reads lists
/// of the whole namespace. Decisions are <see cref="Duplicates"/>' and <see cref="DuplicateState"/>'s.
/// </summary>
/// <param name="defaults">Complete.</param>
internal sealed class DuplicatesActor(IRelayPlatform platform, AlarmSettings defaults, TimeProvider time) : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ILoggingAdapter _log = Logging.GetLogger(Context.System, typeof(AlarmState));
    private DuplicateState _state = DuplicateState.Empty;
    private string? _problem;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(Tick), new Tick(), Interval);
        Context.Parent.Tell(new DuplicateMessages.Found(_state.Alarms)); // an earlier one, which has crashed, may have told of some
    }

    /// <summary>Nobody else knows of them.</summary>
    protected override void PostStop() => Tell(_state.Drop());

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Tick:
                Context.Parent.Tell(new DuplicateMessages.GetRelayed());
                break;
            case DuplicateMessages.Relayed relayed:
                Look([.. relayed.Rules.Where(rule => rule.Inputs.Any(i => i.IsMulticast) && rule.Alarms.Over(defaults).Duplicate == true)]);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Look(ImmutableArray<ForwardingRule> rules)
    {
        if (rules.IsEmpty && _state.IsEmpty)
            return;
        Duplicates found;
        IReadOnlyDictionary<ulong, SocketHolder> holders = ImmutableDictionary<ulong, SocketHolder>.Empty;
        try
        {
            found = rules.IsEmpty ? Duplicates.None : Duplicates.Find(rules, platform.ReadHostTables());
            if (_state.Unknown(found) is { Count: > 0 } unknown)
                holders = platform.FindHolders(unknown);
            _problem = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException)
        {
            if (_problem != e.Message)
                _log.Warning("whether something else forwards what is relayed cannot be told: {Why}", e.Message);
            _problem = e.Message;
            return;
        }

        ImmutableDictionary<RuleId, ActiveAlarm> before = _state.Alarms;
        (_state, ImmutableArray<RelayEvent> news) = _state.Take(found, rules.Select(rule => rule.Id).ToHashSet(), holders, time.GetUtcNow());
        Tell(news);
        if (!ReferenceEquals(before, _state.Alarms))
            Context.Parent.Tell(new DuplicateMessages.Found(_state.Alarms));
    }

    private void Tell(ImmutableArray<RelayEvent> news)
    {
        foreach (RelayEvent each in news)
            Context.System.EventStream.Announce(_log, each);
    }

    private sealed record Tick;
}

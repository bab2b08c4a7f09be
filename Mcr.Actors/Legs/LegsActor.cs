using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Cluster;
using Mcr.Actors.Control;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Actors.State;
using Mcr.Native.Kernel;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Legs.LegsEffect>;

namespace Mcr.Actors.Legs;

/// <summary>
/// <c>/user/cluster/legs</c>: between the rules of all nodes, which say what legs there are, the relay, which has their ends, the interfaces' workers, and the nodes at the other ends. All decisions are
/// <see cref="LegsState"/>'s. When it is made anew it learns within a second what it had known.
/// </summary>
internal sealed class LegsActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>What is counted is told to others after so many ticks; what is news, at once.</summary>
    private const int CountsEvery = 4;

    /// <summary>The relay is told again after so many ticks, when it has not answered.</summary>
    private const int AgainEvery = 10;

    /// <summary>A node answers within milliseconds, or it is asked again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Longer than the relay takes to answer any command.</summary>
    private static readonly TimeSpan RelayPatience = TimeSpan.FromSeconds(10);

    /// <summary>An error of a clock grows each second; it is said in steps.</summary>
    private const double ErrorStep = 2.0;

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ClusterOptions _options;
    private readonly IActorRef _relay;
    private readonly bool _allowsLoopback;
    private readonly Func<ClockState> _clock;
    private readonly string _host;
    private LegsState _state;
    private LegMessages.Targets _told = new(ImmutableDictionary<LegName, LegTarget>.Empty, ImmutableDictionary<LegName, string>.Empty);
    private ImmutableArray<LegReport> _said = [];
    private ImmutableArray<string> _leftOut = [];
    private string? _unsaved;
    private bool _hasShown; // legs, to whoever lists them
    private int _ticks;
    private long _used; // how often the relay was told of ends
    private bool _isUnanswered;

    public LegsActor(ClusterOptions options, IActorRef relay, Func<ClockState> clock)
    {
        _options = options;
        _state = LegsFile.Begin(options);
        _relay = relay;
        _allowsLoopback = options.Settings.Address.IsLoopback;
        _clock = clock;
        _host = ClockState.HostId();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(LegMessages.Seen));
        Context.System.EventStream.Subscribe(Self, typeof(LinkEvents.Changed));
        Context.System.EventStream.Subscribe(Self, typeof(OwnRules.Changed));
        _relay.Tell(new RelayQueries.GetLinks());
        Context.Parent.Tell(new LegMessages.GetRules());
        Timers.StartPeriodicTimer(nameof(TickTime), new TickTime(), Interval, Interval);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LegMessages.Rules rules:
                Apply(_state.Know(rules.All));
                break;
            case LinkEvents.Changed changed:
                Apply(_state.Look(changed.Links));
                break;
            case LegMessages.Seen seen:
                Apply(_state.Suspect(seen, Now));
                _state = _state.See(seen);
                if (seen.Beginnings.Any(b => _state.Targets.Legs.TryGetValue(b.Key, out LegTarget? agreed) && agreed.Instance == b.Value.Instance && !agreed.IsWhere(b.Value.Target)))
                    Publish(); // it was made anew, or has not heard of it
                Tick(isNews: true);
                break;
            case LegMessages.Others others:
                _state = _state.Hear(others.Reports, others.Reachable);
                Tick(isNews: true);
                break;
            case TickTime:
                _ticks++;
                if (_isUnanswered && _ticks % AgainEvery == 0)
                    UseHalves();
                _state = _state.Watch(Now);
                Tick(isNews: false);
                break;
            case OwnRules.Changed:
                if (_state.IsWanting)
                    UseHalves();
                break;
            case LegMessages.Handle handle:
                (_state, Effects effects, ControlResponse answer) = _state.Asked(handle.Request, handle.From);
                _options.Legs.Given = _state.Given; // before anybody is told
                Apply((_state, effects));
                Sender.Tell(answer);
                break;
            case Answered answered:
                Apply(_state.Answered(answered.Name, answered.Instance, answered.Target, answered.Refusal, Now));
                Tick(isNews: true);
                break;
            case HalvesUsed used when used.Number == _used:
                _isUnanswered = !used.IsDone;
                foreach (string sentence in used.LeftOut.Where(sentence => !_leftOut.Contains(sentence)))
                    _log.Warning("{Sentence}", sentence);
                _leftOut = used.LeftOut;
                _state = _state.Leave(used.LeftOut);
                break;
            case HalvesUsed: // of earlier ones
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private TimeSpan Now => _options.Time.GetElapsedTime(0);

    private void Tick(bool isNews)
    {
        Apply(_state.Tick(Now));
        LegMessages.Targets targets = _state.Targets;
        if (targets.Legs != _told.Legs || !targets.Problems.SequenceEqual(_told.Problems))
            Publish();
        ImmutableArray<LegReport> report = _state.Report();
        if (isNews ? !report.Select(Bare).SequenceEqual(_said.Select(Bare)) : _ticks % CountsEvery == 0 && !report.SequenceEqual(_said))
        {
            _said = report;
            Context.Parent.Tell(new LegMessages.Say(report, report.IsEmpty ? null : Clock()));
        }

        if (isNews || !(_hasShown | _state.HasLegs))
            return;
        _hasShown = _state.HasLegs;
        Context.Parent.Tell(new LegMessages.Known(_hasShown ? _state.Entries(Clock(), Now) : []));
    }

    /// <summary>Without what is counted.</summary>
    private static LegReport Bare(LegReport report) => LegReport.Of(report.Name) with { Problem = report.Problem, Address = report.Address, Port = report.Port, Id = report.Id, Key = report.Key };

    private ClockReport Clock()
    {
        ClockState clock = _clock();
        double steps = Math.Ceiling(Math.Log(Math.Max(1, clock.MaxErrorMicroseconds), ErrorStep));
        return new ClockReport(_host, clock.IsSynchronised, clock.IsSynchronised ? (long)Math.Pow(ErrorStep, steps) : 0);
    }

    private void Publish()
    {
        _told = _state.Targets;
        Context.System.EventStream.Publish(_told);
    }

    private void Apply((LegsState Next, Effects Effects) decision)
    {
        _state = decision.Next;
        foreach (LegsEffect effect in decision.Effects)
        {
            switch (effect)
            {
                case LegsEffect.UseHalves use:
                    if (use.IsToBeKept)
                        Save(use.Halves);
                    UseHalves();
                    break;
                case LegsEffect.Ask ask:
                    Ask(ask);
                    break;
                case LegsEffect.Publish publish:
                    Context.System.EventStream.Publish(publish.Message);
                    break;
                case LegsEffect.Tell tell:
                    Context.System.EventStream.Tell(_log, tell.News);
                    break;
            }
        }
    }

    private void UseHalves()
    {
        long number = ++_used;
        _relay.Ask<CommandResult>(new RelayCommands.UseHalves([.. _state.Halves.Select(h => h.WithOrigin)]), RelayPatience).PipeTo(
            Self,
            Self,
            result => result is CommandResult.Ok ok ? new HalvesUsed(number, true, ok.Notes) : new HalvesUsed(number, false, [.. (result as CommandResult.Rejected)?.Problems.Select(p => $"the ends of legs: {p}") ?? []]),
            e => new HalvesUsed(number, false, [$"the ends of legs: {e.Message}"]));
    }

    private void Ask(LegsEffect.Ask ask) =>
        Context.Parent.Ask<ControlResponse>(new ClusterMessages.Handle(ask.Request with { Node = ask.Name.To }, ControlPeer.OfMcrd()), Patience).PipeTo(
            Self,
            Self,
            answer => answer switch
            {
                ControlResponse.Leg leg => LegOffers.Read(leg.Entry, ask.Instance, _allowsLoopback) is { } target ? new Answered(ask.Name, ask.Instance, target, null) : new Answered(ask.Name, ask.Instance, null, $"node {ask.Name.To} has said something that is no end of a leg"),
                ControlResponse.Error error => new Answered(ask.Name, ask.Instance, null, string.Join("; ", error.Problems.Select(p => p.Sentence))),
                _ => new Answered(ask.Name, ask.Instance, null, $"node {ask.Name.To} is of a version that knows no legs"),
            },
            e => new Answered(ask.Name, ask.Instance, null, $"node {ask.Name.To} does not answer: {e.Message}"));

    private void Save(ImmutableArray<LegHalf> halves)
    {
        string? problem = _options.Directory is not { } directory ? null : LegsFile.Write(directory, halves);
        if (problem is not null && _unsaved is null)
            _log.Error("the ends of legs cannot be written to {File}: {Why}; they work, and when mcrd is started anew it has to hear of them from the other nodes first", _options.Directory!.PathOf(LegsFile.Name), problem);
        _unsaved = problem;
    }

    private sealed record TickTime;

    private sealed record Answered(LegName Name, ulong Instance, LegTarget? Target, string? Refusal);

    private sealed record HalvesUsed(long Number, bool IsDone, ImmutableArray<string> LeftOut);
}

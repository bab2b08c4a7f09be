using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Control;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Redundancy;

/// <summary>
/// <c>/user/cluster/redundancy</c>: between the workers, which decide by what they hear, and the other nodes. Its parent knows these; all decisions are <see cref="RedundancyState"/>'s. When it is made anew it
/// learns within half a second what it had known.
/// </summary>
internal sealed class RedundancyActor : UntypedActor, IWithTimers
{
    /// <summary>What is news is decided at once; this is for what time decides.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>What is wished is said again after so many ticks, before it lapses.</summary>
    private const int SayAgain = 2;

    /// <summary>Another node is asked within milliseconds, or cannot be.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>mcrd does not stay because nobody takes its rules.</summary>
    private static readonly TimeSpan HandOverPatience = TimeSpan.FromSeconds(2);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly string _node;
    private readonly TimeProvider _time;
    private readonly Dictionary<RuleId, List<IActorRef>> _askers = [];
    private RedundancyState _state;
    private ImmutableDictionary<RuleId, TakeoverWish> _wished = ImmutableDictionary<RuleId, TakeoverWish>.Empty;
    private ImmutableSortedDictionary<string, RedundancyReport> _said = ImmutableSortedDictionary<string, RedundancyReport>.Empty;
    private RedundancyState? _shown;
    private IActorRef? _leaver;
    private int _ticks;

    public RedundancyActor(string node, TimeProvider time)
    {
        _node = node;
        _time = time;
        _state = new RedundancyState(node, time.GetElapsedTime(0), time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(RedundancyMessages.Seen));
        Context.System.EventStream.Subscribe(Self, typeof(RedundancyMessages.Probed));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RedundancyMessages.Seen seen:
                Apply(_state.See(seen));
                Tick();
                break;
            case RedundancyMessages.Others others:
                _state = _state.Hear(others.Reports, others.Reachable, others.IsIn ? null : Now);
                Tick();
                break;
            case TickTime:
                _ticks++;
                Tick();
                break;
            case YieldAnswer answer:
                if (answer.Problem is not null)
                    _log.Warning("rule {Rule} is taken over although the node that forwards it has not answered: {Why}", answer.Rule, answer.Problem);
                _state = _state.Yielded(answer.Rule, Now);
                Tick();
                break;
            case RedundancyMessages.Handle { Request: ControlRequest.ClusterTakeover takeover }:
                Take(takeover);
                break;
            case RedundancyMessages.Handle { Request: ControlRequest.ClusterYield yield }:
                (_state, string sentence, bool isDone) = _state.Yield(yield, Now);
                Sender.Tell(isDone ? new ControlResponse.Success(sentence) : new ControlResponse.Error(sentence));
                Tick();
                break;
            case RedundancyMessages.Handle { Request: ControlRequest.ClusterDrain drain }:
                Drain(drain);
                break;
            case RedundancyMessages.HandOver:
                _leaver = Sender;
                Timers.StartSingleTimer(nameof(LeaverOverdue), new LeaverOverdue(), HandOverPatience);
                _state = _state.Drain(isDrained: true);
                Tick();
                break;
            case LeaverOverdue:
                Release();
                break;
            case RedundancyMessages.Probed probed:
                Apply(_state.Probed(probed, Now));
                Tick();
                break;
            case ControlResponse: // of a request that nobody waits for; the next look says what became of it
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(0);

    private void Tick()
    {
        if (_state.Rules.IsEmpty)
        {
            Timers.Cancel(nameof(TickTime));
            if (_leaver is not null)
                Release();
        }
        else if (!Timers.IsTimerActive(nameof(TickTime)))
        {
            Timers.StartPeriodicTimer(nameof(TickTime), new TickTime(), Interval, Interval);
        }

        Apply(_state.Tick(Now));
        ImmutableDictionary<RuleId, TakeoverWish> wishes = _state.Wishes(Now);
        if (_ticks >= SayAgain || wishes.Count != _wished.Count || wishes.Any(w => !_wished.TryGetValue(w.Key, out TakeoverWish? before) || before != w.Value))
        {
            _ticks = 0;
            _wished = wishes;
            Context.System.EventStream.Publish(new RedundancyMessages.Wish(wishes));
        }

        ImmutableSortedDictionary<string, RedundancyReport> report = _state.Report();
        if (!report.SequenceEqual(_said))
        {
            _said = report;
            Context.Parent.Tell(new RedundancyMessages.Say(report));
        }

        if (!ReferenceEquals(_state, _shown))
        {
            _shown = _state;
            Context.System.EventStream.Publish(new RedundancyMessages.Known(_state.Rules.ToImmutableDictionary(r => r.Key, r => RedundancyViews.Of(_state, r.Value))));
        }

        if (_leaver is not null && !_state.HasToHandOver)
            Release();
    }

    private void Apply((RedundancyState Next, ImmutableArray<RedundancyEffect> Effects) decision)
    {
        _state = decision.Next;
        foreach (RedundancyEffect effect in decision.Effects)
        {
            switch (effect)
            {
                case RedundancyEffect.Ask { Move: { } rule } ask:
                    Ask(ask, rule);
                    break;
                case RedundancyEffect.Ask ask:
                    Context.Parent.Tell(Request(ask));
                    break;
                case RedundancyEffect.Probe probe:
                    Context.System.EventStream.Publish(probe.Message);
                    break;
                case RedundancyEffect.Answer answer:
                    Answer(answer);
                    break;
                case RedundancyEffect.Tell tell:
                    Context.System.EventStream.Tell(_log, tell.News);
                    break;
            }
        }
    }

    /// <summary>Whatever it answers: who cannot be asked does not forward for long.</summary>
    private void Ask(RedundancyEffect.Ask ask, RuleId rule) =>
        Context.Parent.Ask<ControlResponse>(Request(ask), Patience).PipeTo(Self, Self, answer => new YieldAnswer(rule, answer is ControlResponse.Error error ? string.Join("; ", error.Problems.Select(p => p.Sentence)) : null), e => new YieldAnswer(rule, e.Message));

    private static ClusterMessages.Handle Request(RedundancyEffect.Ask ask) => new(ask.Request with { Node = ask.Node }, ControlPeer.OfMcrd());

    private void Take(ControlRequest.ClusterTakeover request)
    {
        (RedundancyState next, ImmutableArray<RedundancyEffect> effects, string? refusal) = _state.Take(request.Rule ?? "", request.Because, Now);
        if (refusal is not null)
        {
            Sender.Tell(new ControlResponse.Error(refusal));
            return;
        }

        RuleId id = next.Rules.First(r => r.Value.Move is not null && !ReferenceEquals(r.Value, _state.Rules.GetValueOrDefault(r.Key))).Key;
        if (!_askers.TryGetValue(id, out List<IActorRef>? askers))
            _askers.Add(id, askers = []);
        askers.Add(Sender);
        _log.Info("rule {Rule} is to be forwarded by node {Node}: {Why}", id, _node, request.Because ?? "somebody has asked for it");
        Apply((next, effects));
        Tick();
    }

    private void Answer(RedundancyEffect.Answer answer)
    {
        if (answer.Problem is { } problem)
            _log.Warning("rule {Rule} was not taken over: {Why}", answer.Rule, problem);
        if (!_askers.Remove(answer.Rule, out List<IActorRef>? askers))
            return;
        foreach (IActorRef asker in askers)
            asker.Tell(answer.Done is { } done ? new ControlResponse.Success(done) : new ControlResponse.Error(answer.Problem!));
    }

    private void Drain(ControlRequest.ClusterDrain request)
    {
        _state = _state.Drain(!request.End);
        string left = _state.HasToHandOver || request.End ? "" : _state.Rules.Values.Count(r => r.View.IsForwarding) is > 0 and int alone ? $"; {alone} of them it forwards on, since no other node is ready to take them" : "";
        Sender.Tell(new ControlResponse.Success(request.End
            ? $"node {_node} takes redundant rules again"
            : $"node {_node} hands over its redundant rules, and takes none until mcrctl cluster drain --end {_node}, or until its mcrd is started anew{left}"));
        Tick();
    }

    private void Release()
    {
        _leaver?.Tell(new RedundancyMessages.HandedOver());
        _leaver = null;
        Timers.Cancel(nameof(LeaverOverdue));
    }

    private sealed record YieldAnswer(RuleId Rule, string? Problem);

    private sealed record TickTime;

    private sealed record LeaverOverdue;
}

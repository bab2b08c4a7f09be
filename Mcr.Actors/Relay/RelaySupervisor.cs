using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Events;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Links;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Rules;
using Mcr.Actors.State;
using Mcr.Actors.Workers;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>
/// <c>/user/relay</c>: owns the node's rules and answers for them. Tells each interface its rules and each rule's actor what the rule is;
/// hears from both what became of them. All decisions are <see cref="RelayState"/>'s.
/// </summary>
public sealed partial class RelaySupervisor : UntypedActor, IWithTimers
{
    /// <summary>A crashed interface is told its rules again after this, so that one that cannot live does not spin.</summary>
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    /// <summary>A disk that hangs does not keep mcrd from ending.</summary>
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(1);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RelayOptions _options;
    private readonly RuleLedger _ledger;
    private readonly TimeProvider _time;
    private readonly IActorRef _rules;
    private readonly IActorRef _interfaces;
    private readonly IActorRef _events;
    private readonly IActorRef _saver = ActorRefs.Nobody;
    private readonly Dictionary<long, IActorRef> _tickets = [];
    private long _lastTicket;
    private RelayState _state;

    /// <summary>null: changes are being saved.</summary>
    private Unsaved? _unsaved;
    private LinkTable _links = new([]);
    private ImmutableDictionary<RuleId, ActiveAlarm> _duplicates = ImmutableDictionary<RuleId, ActiveAlarm>.Empty;

    /// <summary>By interface, for lists, which ask no interface.</summary>
    private readonly Dictionary<string, ImmutableDictionary<RuleId, ImmutableArray<ActiveAlarm>>> _alarms = [];

    public RelaySupervisor(IRelayPlatform platform, RelayOptions options, RuleLedger ledger, TimeProvider time, ControlGate? gate = null)
    {
        _options = options;
        _ledger = ledger;
        _time = time;
        options.Metrics?.ForgetAlarms();
        if (ledger.RollBack())
            _log.Warning("a change of rules that nobody had confirmed is taken back, since the relay was set up anew meanwhile");
        _state = new RelayState(ledger.Overlay);
        IActorRef self = Self;
        _events = Context.ActorOf(Props.Create(() => new EventsActor(platform, options, time)), "events");
        Context.System.EventStream.Subscribe(_events, typeof(RelayEvent)); // not by itself: there may be news before it has begun
        _rules = Context.ActorOf(Props.Create(() => new RulesActor(self, time)), "rules");
        IActorRef rules = _rules;
        _interfaces = Context.ActorOf(Props.Create(() => new InterfacesActor(platform, options, self, rules, time)), "interfaces");
        if (options.Standby)
        {
            // Not by itself: a worker may be ready before it has begun.
            IActorRef standby = Context.ActorOf(Props.Create(() => new StandbyActor(platform, options, time)), "standby");
            Context.System.EventStream.Subscribe(standby, typeof(StandbyCommands.Prepare));
        }

        if (ledger.Store is { } store)
            _saver = Context.ActorOf(Props.Create(() => new StateActor(ledger, store)), "state");

        Context.ActorOf(LinkActor.Supervised(platform, self), "links");
        Context.ActorOf(Props.Create(() => new DuplicatesActor(platform, options.AlarmDefaults, time)), "duplicates");
        if (gate is not null)
        {
            IActorRef config = Context.ActorOf(Props.Create(() => new ConfigActor(options.Configuration, gate)), "config");
            Context.ActorOf(Props.Create(() => new ControlActor(gate, options.ApplyTimeout * 2, options.Version, options.Configuration, config)), "control");
        }
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        ImmutableArray<RuleWithOrigin> rules = _ledger.Rules;
        if (!rules.IsEmpty)
            Decide((state, ticket) => state.Add(ticket, rules, i => $"{rules[i].Origin}: ", _time.GetUtcNow()), Self);
        else
            _saver.Tell(new StateCommands.Save()); // what was read may be to be written otherwise
    }

    /// <summary>
    /// The parents of interfaces and rules take all their children along when they crash, and nobody else knows what those had to do: so
    /// everything is built again, from the ledger.
    /// </summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Escalate);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case CommandResult start: // of the rules that it has begun with
                foreach (RuleProblem problem in (start as CommandResult.Rejected)?.Problems ?? [])
                    _log.Error("none of the {Count} rules is relayed, since they cannot be together: {Problem}; mend that where it is written, then mcrctl reload", _ledger.Rules.Length, problem);
                break;
            case RelayCommands.AddRule add:
                Decide((state, ticket) => state.Add(ticket, [new RuleWithOrigin(add.Rule, add.Origin)], _ => "", _time.GetUtcNow(), add.OfOtherNode), Sender);
                break;
            case RelayCommands.AddRules add:
                Decide((state, ticket) => state.Add(ticket, add.Rules, At, _time.GetUtcNow()), Sender);
                break;
            case RelayCommands.RemoveRule remove:
                Decide((state, ticket) => state.Remove(ticket, remove), Sender);
                break;
            case RelayCommands.ChangeRules change:
                Decide((state, ticket) => state.Change(ticket, change, _time.GetUtcNow()), Sender);
                break;
            case RelayCommands.Confirm:
                Decide((state, ticket) => state.Confirm(ticket), Sender);
                break;
            case RelayCommands.RollBack:
                Decide((state, ticket) => state.RollBack(ticket, _time.GetUtcNow()), Sender);
                break;
            case RelayCommands.UseFiles use:
                Decide((state, ticket) => state.UseFiles(ticket, use.Files, _time.GetUtcNow()), Sender);
                break;
            case RelayCommands.UseHalves use:
                Decide((state, ticket) => state.UseHalves(ticket, use.Halves, _time.GetUtcNow()), Sender);
                break;
            case RelayCommands.RestOn rest:
                Decide((state, ticket) => state.RestOn(ticket, rest.Files), Sender);
                break;
            case RelayCommands.SetWorkers { Count: < 1 or > InterfaceOptions.MaxWorkers } set:
                Sender.Tell(new CommandResult.Rejected("count", $"{set.Count} is not a number of workers; give one from 1 to {InterfaceOptions.MaxWorkers}"));
                break;
            case RelayCommands.SetWorkers { Interface: ForwardingRule.FeedsHome } set:
                Sender.Tell(FeedsHome.Answer(set.Count));
                break;
            case RelayCommands.SetWorkers set:
                _interfaces.Forward(new InterfaceCommands.SetWorkers(set.Interface, set.Count));
                break;
            case RelayCommands.UseWebhook:
                _events.Forward(message);
                break;
            case TraceCommands.Enable enable:
                ToInterfaceOf(enable.Rule, rule => new InterfaceCommands.EnableTrace(rule, enable.Wish));
                break;
            case TraceCommands.Disable disable:
                ToInterfaceOf(disable.Rule, rule => new InterfaceCommands.DisableTrace(rule));
                break;
            case TraceCommands.Get get:
                ToInterfaceOf(get.Rule, rule => new InterfaceCommands.GetTrace(rule, get.Cursor));
                break;
            case RelayQueries.WhenSettled when_:
                Decide((state, ticket) => state.AwaitAll(ticket, when_.Longest), Sender);
                break;
            case RuleEvents.Changed changed:
                Apply(_state.RuleChanged(changed.View, changed.Revision));
                break;
            case RuleEvents.Restarted restarted:
                Apply((_state, _state.RuleRestarted(restarted.Id)));
                break;
            case InterfaceEvents.Settled settled:
                Apply(_state.InterfaceSettled(settled.Interface, settled.Revision));
                break;
            case InterfaceEvents.AlarmsChanged changed:
                _alarms[changed.Interface] = changed.Alarms;
                break;
            case InterfaceEvents.Restarted restarted:
                _alarms.Remove(restarted.Interface);
                _log.Error("interface {Interface} crashed ({Why}) and is set up anew in {Delay} s", restarted.Interface, restarted.Why, RestartDelay.TotalSeconds);
                Timers.StartSingleTimer(restarted, new RestartDelayOver(restarted.Interface), RestartDelay);
                break;
            case StateEvents.Changed changed:
                _unsaved = Unsaved.After(_unsaved, changed.Problem, _time.GetUtcNow());
                break;
            case LinkEvents.Changed changed:
                TellOfLinks(changed.Links);
                _links = changed.Links;
                _interfaces.Tell(changed);
                Context.System.EventStream.Publish(changed);
                break;
            case DuplicateMessages.GetRelayed:
                Sender.Tell(new DuplicateMessages.Relayed([.. _state.Entries.Values.Where(e => e.View.Status is RuleStatus.Active or RuleStatus.Degraded).Select(e => e.View.Rule)]));
                break;
            case DuplicateMessages.Found found:
                _duplicates = found.Alarms;
                break;
            case RestartDelayOver over:
                Apply(_state.InterfaceRestarted(over.Interface));
                break;
            case AnswerOverdue overdue:
                Apply(_state.TimedOut(overdue.Ticket));
                break;
            case RelayCommands.Stop stop:
                foreach (IActorRef asker in _tickets.Values)
                    asker.Tell(IsStopping);
                _tickets.Clear();
                Timers.CancelAll();
                Become(Stopping(Sender));
                Timers.StartSingleTimer(nameof(StateEvents.Flushed), new StateEvents.Flushed(), FlushTimeout);
                _saver.Tell(new StateCommands.Flush());
                _interfaces.Tell(new InterfaceCommands.Stop(stop.Hold));
                break;
            default:
                Answer(message);
                break;
        }
    }

    /// <summary>Of a rule that there is; else a refusal.</summary>
    private void ToInterfaceOf(RuleSelector selector, Func<ForwardingRule, object> message)
    {
        if ((selector.Id is { } id ? _state.Rules.TryGet(id, out ForwardingRule? rule) : _state.Rules.TryGetByName(selector.Name ?? "", out rule)))
            _interfaces.Forward(message(rule));
        else
            Sender.Tell(new CommandResult.Rejected(selector.Id is null ? "name" : "rule_id", $"there is no {selector}; `mcrctl list` shows all rules"));
    }

    /// <summary>The first list is how things are, and no news.</summary>
    private void TellOfLinks(LinkTable links)
    {
        if (!_links.Links.Any())
            return;
        var used = _state.Rules.Rules.SelectMany(r => r.Devices).Distinct();
        foreach (RelayEvent news in LinkStories.Of(used, _links, links))
            Context.System.EventStream.Publish(news);
    }

    private static readonly CommandResult IsStopping = new CommandResult.Rejected("mcrd", "it is stopping") { IsStopping = true };

    /// <summary>Whoever asks meanwhile hears why there is no answer.</summary>
    private Receive Stopping(IActorRef asker)
    {
        bool haveStopped = false;
        bool isFlushed = _ledger.Store is null;
        return message =>
        {
            switch (message)
            {
                case InterfaceEvents.AllStopped:
                    haveStopped = true;
                    break;
                case StateEvents.Flushed:
                    isFlushed = true;
                    break;
                default:
                    RefuseBecauseStopping(message);
                    return true;
            }

            if (haveStopped && isFlushed)
            {
                asker.Tell(new CommandResult.Ok("the relay has stopped"));
                Context.Stop(Self);
            }

            return true;
        };
    }

    private void RefuseBecauseStopping(object message)
    {
        switch (message)
        {
            case RelayCommands.AddRule or RelayCommands.AddRules or RelayCommands.RemoveRule or RelayCommands.ChangeRules or RelayCommands.Confirm or RelayCommands.RollBack or RelayCommands.UseFiles or RelayCommands.UseHalves or RelayCommands.RestOn or RelayCommands.SetWorkers or RelayCommands.UseWebhook or TraceCommands.Enable or TraceCommands.Disable or TraceCommands.Get or RelayQueries.WhenSettled:
                Sender.Tell(IsStopping);
                break;
            case RelayQueries.ListRules or RelayQueries.GetStats or RelayQueries.ListWorkers or RelayQueries.ListInterfaces or RelayQueries.GetEvents or RelayQueries.GetWebhook or RelayQueries.GetSaving or OwnRules.Get or OwnRules.WhenSaved:
                Sender.Tell(new Status.Failure(new InvalidOperationException("mcrd is stopping")));
                break;
            default:
                break;
        }
    }

    private void Decide(Func<RelayState, long, (RelayState, ImmutableArray<RelayEffect>)> decision, IActorRef asker)
    {
        long ticket = ++_lastTicket;
        _tickets.Add(ticket, asker);
        Apply(decision(_state, ticket));
    }

    private void Apply((RelayState Next, ImmutableArray<RelayEffect> Effects) decision)
    {
        _state = decision.Next;
        foreach (RelayEffect effect in decision.Effects)
        {
            switch (effect)
            {
                case RelayEffect.ToRules toRules:
                    _rules.Tell(toRules.Message);
                    break;
                case RelayEffect.ToInterfaces toInterfaces:
                    _interfaces.Tell(toInterfaces.Message);
                    break;
                case RelayEffect.Await wait:
                    Timers.StartSingleTimer(wait.Ticket, new AnswerOverdue(wait.Ticket), wait.Longest ?? _options.ApplyTimeout);
                    break;
                case RelayEffect.Answer answer:
                    Timers.Cancel(answer.Ticket);
                    if (_tickets.Remove(answer.Ticket, out IActorRef? asker))
                        asker.Tell(answer.Result is CommandResult.Ok done && _unsaved is { } unsaved ? done with { Sentence = $"{done.Sentence}; for now it would not survive a restart of mcrd: {unsaved.Why}" } : answer.Result);
                    break;
                case RelayEffect.Save:
                    _ledger.Keep(_state.Overlay, _state.Unconfirmed?.Before);
                    _saver.Tell(new StateCommands.Save());
                    Context.System.EventStream.Publish(new OwnRules.Changed());
                    break;
            }
        }
    }

    private static string At(int index) => $"rules[{index}].";

    private sealed record AnswerOverdue(long Ticket);

    private sealed record RestartDelayOver(string Interface);
}

using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Actors.Rules;
using Mcr.Actors.Workers;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Interfaces.InterfaceEffect>;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// <c>/user/relay/interfaces/NAME</c>: one input interface. Owns its sockets, memberships, counters and workers for as long as it has rules, and
/// brings the machine and the workers to what the rules want; decisions are <see cref="InterfaceState"/>'s and <see cref="InterfacePlanner"/>'s.
/// Order, always: open and join, then the workers get the rules, and what those do without is closed only when all have confirmed them.
/// </summary>
internal sealed partial class InterfaceActor : UntypedActor, IWithTimers
{
    /// <summary>What was refused may have been refused for want of something that is there again, which nothing tells.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly string _name;
    private readonly IRelayPlatform _platform;
    private readonly RelayOptions _options;
    private readonly IActorRef _supervisor;
    private readonly IActorRef _rules;
    private readonly TimeProvider _time;
    private InterfaceState _state;
    private OpenPort? _open;

    /// <summary>The parent of workers that have stopped, until its name is free again.</summary>
    private IActorRef? _leaving;

    public InterfaceActor(string name, IRelayPlatform platform, RelayOptions options, IActorRef supervisor, IActorRef rules, TimeProvider time)
    {
        _name = name;
        _platform = platform;
        _options = options;
        _supervisor = supervisor;
        _rules = rules;
        _time = time;
        _wanted = SettingsNow.Workers;
        _state = new InterfaceState(name);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private InterfaceOptions SettingsNow => FeedsHome.Settings(_name, _options.Of(_name));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InterfaceCommands.UseRules use:
                if (use.Links is { } known)
                    Take(known);
                Apply(_state.Want(use.Revision, use.Rules, use.Changed));
                Reconcile();
                break;
            case LinkEvents.Changed changed:
                Take(changed.Links);
                Reconcile();
                break;
            case UpkeepTick:
                if (_open is { IsClosing: false })
                    Repair();
                Reconcile();
                Share();
                break;
            case InterfaceCommands.TellAgain again:
                Apply((_state, _state.TellAgain(again.Rule)));
                break;
            case InterfaceCommands.Refresh:
                _state = _state.LookAgain();
                Reconcile();
                break;
            case WorkerEvents event_:
                if (_open?.Find(event_.Seat) is { } seat)
                    Handle(seat, event_);
                break;
            case InterfaceCommands.GetReport:
                Sender.Tell((_open?.Report(_state) ?? InterfaceEvents.Report.Empty) with { Interface = _name, Repairs = _repairs });
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_leaving):
                _leaving = null;
                Reconcile();
                break;
            case Terminated terminated:
                throw new InvalidOperationException($"{terminated.ActorRef.Path.Name} crashed again and again"); // everything starts over
            case SampleTick:
                _open?.Sample();
                LookForAlarms();
                break;
            case StatsTick:
                LogStats();
                break;
            case InterfaceCommands.EnableTrace enable:
                EnableTrace(enable);
                break;
            case InterfaceCommands.DisableTrace disable:
                DisableTrace(disable);
                break;
            case InterfaceCommands.GetTrace get:
                GetTrace(get);
                break;
            case TraceOver over:
                EndTrace(over.Rule, over.Session, answer: null);
                break;
            case TraceAnswerOverdue:
                AnswerTraces(overdue: true);
                break;
            case InterfaceCommands.Stop stop:
                Stop(stop);
                break;
            case InterfaceCommands.SetWorkers set:
                SetWorkers(set.Count);
                break;
            case TrialOver:
                Apply(_state.TrialOver());
                Reconcile();
                break;
            case ChangeOverdue:
                if (_change is { } change)
                    Change(change.TimedOut());
                break;
            case AnswerOverdue:
                Answer(new CommandResult.Ok($"{_name} is being changed to {_wanted} workers (see: mcrctl list-workers)"));
                break;
            default:
                HandleTakeovers(message);
                break;
        }
    }

    protected override void PostStop() => EndAbruptly();

    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        _supervisor.Tell(new InterfaceEvents.Restarted(_name, $"{reason.GetType().Name}: {reason.Message}"));
    }

    private void Handle(OpenSeat seat, WorkerEvents event_)
    {
        int number = seat.Seat.Number;
        switch (event_)
        {
            case WorkerEvents.Changed changed:
                seat.Worker = changed;
                break;
            case WorkerEvents.Ready ready:
                seat.Life = ready.Life;
                if (TryGoOnWith(number))
                {
                    Reconcile();
                    break;
                }

                Do(_change?.Ready(number) ?? []);
                Apply(_state.WorkerReady(number));
                Do(_change?.RulesSent(number) ?? []);
                break;
            case WorkerEvents.Applied applied:
                Apply(_state.WorkerApplied(number, applied.Generation));
                Reconcile();
                if (_change is { } waiting)
                    Change(waiting.Applied(number));
                Share();
                AnswerTraces(overdue: false);
                ConfirmLegs();
                break;
            case WorkerEvents.Pulse pulse:
                Apply(_state.WorkerPulse(number, pulse.RulesetHash));
                break;
            case WorkerEvents.Obeyed obeyed:
                if (_change is { } awaiting)
                    Change(awaiting.Obeyed(number, obeyed.Ticket));
                break;
            case WorkerEvents.Refused refused:
                _log.Error("{Worker} refused its rules: {Why}", refused.Seat, refused.Why);
                Apply(_state.WorkerRefused(number, refused.Generation, refused.Why));
                Reconcile();
                break;
            case WorkerEvents.Down down:
                Apply(_state.WorkerDown(number, down.How, down.Lived, down.Delay, down.TooOften));
                Reconcile();
                if (_change is { } changing)
                    Change(changing.Down(number));
                Share();
                break;
            case WorkerEvents.Stopped when _change is { Phase: WorkerChangePhase.Leaving } leaving && leaving.Number == number:
                Leave(seat, logTotals: true);
                Forget(seat, leaving);
                break;
            case WorkerEvents.Stopped:
                Leave(seat, logTotals: true);
                if (_open is { Seats.Count: 0 })
                    Close();
                break;
        }
    }

    /// <summary>Works on what is wanted, unless it has to wait: for the workers' answer, or for their end.</summary>
    private void Reconcile()
    {
        if (!_state.IsDirty || _state.InFlight || _leaving is not null || _open is { IsClosing: true } || !_state.Adopting.IsEmpty)
            return;
        if (_state.Desired.IsEmpty)
        {
            Retreat(RuleOutcome.BeingSetUp); // of no rule
            return;
        }

        if (_links is not { } links)
            return; // they will be told in a moment
        if (FeedsHome.Find(_name, links) is not { } link)
        {
            Retreat(new RuleOutcome(RuleStatus.Pending, $"interface {_name} does not exist"));
            return;
        }

        if (_open is not null && !_open.Port.Link.IsSameDevice(link))
        {
            _log.Warning("{Interface} is another device now (index {Index}, was {Before}); it is set up anew", _name, link.Index, _open.Port.Link.Index);
            BeginClosing();
            return;
        }

        if (_open is null && Open(link) is { } refusal)
        {
            Retreat(refusal);
            return;
        }

        if (!_state.Adopting.IsEmpty)
            return; // each says at once that it is there, or that it is not

        PlanFailures lost = PlanFailures.None with { Memberships = _lost };
        _lost = _lost.Clear();
        InterfacePlan plan = PlanPreparation.Prepare(_open!.Port, new PlanInput(link, links, _state.Desired, _state.Allocations, lost, _state.NextGeneration) { Changed = _state.Changed, LeftOut = _state.LeftOut, Traces = _traces.Active, Workers = _open.Seats.Count, Node = _options.NodeName, Peers = _peers, Legs = LegsToPlan() });
        LogNotes(_open.Port);
        _open.Meters.Follow(plan);
        Apply(_state.Prepared(plan));
        FollowTakeovers(plan);
        FollowLegs(plan);
        if (_open is { IsAdopting: true })
            EndAdoption(plan);
    }

    /// <summary>Nothing can or need be relayed now.</summary>
    private void Retreat(RuleOutcome outcome)
    {
        if (_open is not null)
        {
            BeginClosing();
            return;
        }

        Apply(_state.Blocked(outcome));
        EndTakeovers(); // what was removed meanwhile is no more
        DropLegs();
    }

    private RuleOutcome? Open(Link link)
    {
        if (link.Kind == LinkKind.Other)
            return new RuleOutcome(RuleStatus.Failed, InterfacePlanner.Unreadable(_name));
        InterfaceOptions settings = SettingsNow with { Workers = _wanted };
        IInterfacePort port;
        try
        {
            port = _platform.OpenInterface(link, new PortOptions(settings) { Devices = _options.Of });
        }
        catch (LinuxException e)
        {
            return new RuleOutcome(RuleStatus.Failed, e.Message);
        }

        LogNotes(port);
        OpenSeat[] seats = [.. Enumerable.Range(0, port.Adopted?.Workers.Length ?? settings.Workers).Select(number => new OpenSeat(new WorkerSeat(_name, number), port, settings.CoresOf(number), _time))];
        IReadOnlyList<WorkerSeat> places = [.. seats.Select(s => s.Seat)];
        IActorRef self = Self;
        RelayOptions options = _options;
        TimeProvider time = _time;
        IActorRef workers = Context.Watch(Context.ActorOf(Akka.Actor.Props.Create(() => new WorkersActor(places, port, self, options, time)), "workers"));
        _open = new OpenPort(port, seats, workers, _options.AlarmDefaults, _time);
        if (port.Adopted is { } adopted)
            BeginAdoption(adopted);
        Timers.StartPeriodicTimer(nameof(SampleTick), new SampleTick(), SampleInterval);
        Timers.StartPeriodicTimer(nameof(UpkeepTick), new UpkeepTick(), UpkeepInterval);
        Timers.StartPeriodicTimer(nameof(StatsTick), new StatsTick(), _options.StatsInterval);
        return null;
    }

    private void Stop(InterfaceCommands.Stop stop)
    {
        IActorRef parent = Context.Parent;
        DropChange();
        if (_open is null)
        {
            parent.Tell(new InterfaceEvents.Stopped(_name));
            return;
        }

        Become(message =>
        {
            if (message is not WorkerEvents.Stopped stopped || _open?.Find(stopped.Seat) is not { } seat)
                return;
            Leave(seat, logTotals: !stop.Hold);
            if (_open.Seats.Count > 0)
                return;
            Close(stop.Hold);
            parent.Tell(new InterfaceEvents.Stopped(_name));
        });
        if (stop.Hold)
            _open.Port.Hold();
        if (!_open.IsClosing)
            _open.Workers.Tell(new WorkerCommands.Stop(stop.Hold));
    }

    private void BeginClosing()
    {
        DropChange();
        DropLegs();
        _open!.IsClosing = true;
        _open.Workers.Tell(new WorkerCommands.Stop(Hold: false));
    }

    /// <param name="hold">Its workers go on by themselves.</param>
    private void Close(bool hold = false)
    {
        Timers.CancelAll();
        DropAlarms();
        _leaving = _open!.Workers;
        Context.Stop(_leaving);
        _open.Port.Dispose();
        _open = null;
        _lost = _lost.Clear();
        _state = _state.Closed();
        EndTraces();
        DropLegs();
        if (!hold)
            EndTakeovers();
    }

    private void Apply((InterfaceState Next, Effects Effects) decision)
    {
        _state = decision.Next;
        if (_state.Faults > 0 && !Timers.IsTimerActive(nameof(RetryInterval)))
            Timers.StartSingleTimer(nameof(RetryInterval), new InterfaceCommands.Refresh(), RetryInterval);
        foreach (InterfaceEffect effect in decision.Effects)
        {
            switch (effect)
            {
                case InterfaceEffect.ToWorker toWorker:
                    Tell(toWorker.Number, toWorker.Command);
                    break;
                case InterfaceEffect.Restart restart:
                    TellProcess(restart.Number, (seat, life) => new WorkerCommands.Restart(seat, life, restart.Why));
                    break;
                case InterfaceEffect.StartNow now when _open!.Seats.Find(s => s.Seat.Number == now.Number) is { } seat:
                    _open.Workers.Tell(new WorkerCommands.StartNow(seat.Seat));
                    break;
                case InterfaceEffect.BeginTrial trial when !Timers.IsTimerActive(nameof(TrialOver)): // else it goes on, whatever was changed meanwhile
                    Timers.StartSingleTimer(nameof(TrialOver), new TrialOver(), trial.Time);
                    break;
                case InterfaceEffect.EndTrial:
                    Timers.Cancel(nameof(TrialOver));
                    break;
                case InterfaceEffect.Warn warn:
                    _log.Warning("{Warning}", warn.Sentence);
                    break;
                case InterfaceEffect.Repaired repaired:
                    _log.Warning("{Warning}", repaired.Sentence);
                    _open!.Seats.Find(s => s.Seat.Number == repaired.Number)!.Repairs++;
                    break;
                case InterfaceEffect.CloseEgress close:
                    _open!.Port.CloseEgress(close.Id);
                    break;
                case InterfaceEffect.Leave leave:
                    _open!.Port.Leave(leave.Membership);
                    break;
                case InterfaceEffect.Report report:
                    _rules.Tell(new RuleCommands.Report(report.Rule, _state.PlannedRevision, report.Outcome));
                    break;
                case InterfaceEffect.Settle:
                    _supervisor.Tell(new InterfaceEvents.Settled(_name, _state.PlannedRevision));
                    break;
            }
        }
    }
}

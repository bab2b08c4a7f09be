using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Workers;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// Another number of workers while datagrams flow: one more or less at a time, as <see cref="WorkerChange"/> decides. It lasts until this actor ends
/// or crashes; then the configuration counts again.
/// </summary>
internal sealed partial class InterfaceActor
{
    /// <summary>Whoever asked is told by then, done or not; less than the control socket waits.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(3);

    private int _wanted;
    private WorkerChange? _change;
    private IActorRef? _asker;
    private long _ticket;

    private void SetWorkers(int count)
    {
        if (_change is { Returns: false } || _asker is not null)
        {
            Sender.Tell(new CommandResult.Rejected("count", $"{_name} is still being changed to {_wanted} workers; ask again when mcrctl list-workers shows them"));
            return;
        }

        if (count > 1 && WhyAlone is { } why)
        {
            Sender.Tell(new CommandResult.Rejected("count", why));
            return;
        }

        _wanted = count;
        if (_open is null or { IsClosing: true })
        {
            Sender.Tell(new CommandResult.Ok($"{_name} will be served by {Workers(count)} when it is there"));
            return;
        }

        _asker = Sender;
        Timers.StartSingleTimer(nameof(AnswerOverdue), new AnswerOverdue(), LongestAnswer);
        if (_change is null && !_open.IsAdopting)
            ChangeNext();
    }

    /// <summary>Why one worker takes everything in, as a sentence; null: several may.</summary>
    private string? WhyAlone => _redundant.Count > 0 ? $"{_name} has rules with ha, which take one worker: each would decide for its own flows"
        : _beginnings.Count + _ends.Count > 0 ? $"{_name} has rules with legs, which take one worker: each would number its own datagrams"
        : null;

    private void ChangeNext()
    {
        int count = _open!.Seats.Count;
        if (count > _open.Port.Table.Seats)
        {
            Change(WorkerChange.Leave(_open.Port.Table, count, NextTicket()));
        }
        else if (count == _wanted)
        {
            Answer(new CommandResult.Ok($"{_name} is served by {Workers(count)}"));
            Share();
        }
        else if (count > _wanted)
        {
            Change(WorkerChange.Shrink(_open.Port.Table, _state.Away, NextTicket(), _state.Workers.Keys));
        }
        else if ((WhyAlone ?? _open.Port.AddSeat()) is { } why)
        {
            GiveUp(why);
            Share();
        }
        else
        {
            Grow(count);
        }
    }

    private void Grow(int number)
    {
        var seat = new OpenSeat(new WorkerSeat(_name, number), _open!.Port, _options.Of(_name).CoresOf(number), _time);
        _open.Seats.Add(seat);
        Change(WorkerChange.Grow(_open.Port.Table, _state.Away, NextTicket(), _options.WorkerStartTimeout));
        _open.Workers.Tell(new WorkerCommands.Start(seat.Seat));
    }

    private void Change((WorkerChange Next, ImmutableArray<WorkerChangeEffect> Effects) decision)
    {
        _change = decision.Next;
        if (!Do(decision.Effects) || _change is not { Phase: WorkerChangePhase.Over } over)
            return;
        Timers.Cancel(nameof(ChangeOverdue));
        _change = null;
        if (over.Returns)
        {
            Returned(over);
        }
        else if (over.Failure is { } why)
        {
            GiveUp(why);
            Share();
        }
        else
        {
            _log.Info("{Interface} is served by {Workers}", _name, Workers(_open!.Seats.Count));
            ChangeNext();
        }
    }

    /// <returns>false when the change took another way meanwhile, which has been gone.</returns>
    private bool Do(ImmutableArray<WorkerChangeEffect> effects)
    {
        foreach (WorkerChangeEffect effect in effects)
        {
            switch (effect)
            {
                case WorkerChangeEffect.ToWorker toWorker:
                    Tell(toWorker.Number, toWorker.Command);
                    break;
                case WorkerChangeEffect.Use use when _open!.Port.Use(use.Table) is { } why:
                    Change(_change!.Refused(why));
                    return false;
                case WorkerChangeEffect.Stop stop:
                    _open!.Workers.Tell(new WorkerCommands.StopOne(_open.Seats.Find(s => s.Seat.Number == stop.Number)!.Seat));
                    break;
                case WorkerChangeEffect.Wait wait:
                    Timers.StartSingleTimer(nameof(ChangeOverdue), new ChangeOverdue(), wait.Longest);
                    break;
                case WorkerChangeEffect.Warn warn:
                    _log.Warning("{Interface}: {Warning}", _name, warn.Sentence);
                    break;
            }
        }

        return true;
    }

    /// <summary>Its worker has stopped, and no flow goes there.</summary>
    private void Forget(OpenSeat seat, WorkerChange leaving)
    {
        _open!.Workers.Tell(new WorkerCommands.Forget(seat.Seat));
        Apply(_state.WorkerLeft(seat.Seat.Number));
        _open.Port.RemoveSeat();
        Change((leaving.Stopped(), []));
        Reconcile();
    }

    private void GiveUp(string why)
    {
        int count = _open!.Seats.Count;
        _log.Warning("{Interface} goes on with {Count} workers in place of {Wanted}: {Why}", _name, count, _wanted, why);
        _wanted = count;
        Answer(new CommandResult.Rejected("count", $"{_name} goes on with {Workers(count)}: {why}"));
    }

    /// <summary>Everything is closed; what is opened next has as many workers as were asked for.</summary>
    private void DropChange()
    {
        _change = null;
        Answer(new CommandResult.Ok($"{_name} is being closed, and will be served by {Workers(_wanted)} when it is opened again"));
    }

    /// <summary>Its worker has stopped, as asked for.</summary>
    private void Leave(OpenSeat seat, bool logTotals)
    {
        if (logTotals)
            Log(StatsLines.Final(seat.ReadCounters(), _name, seat.Seat.Number));
        _open!.Seats.Remove(seat);
    }

    private void Answer(CommandResult result)
    {
        Timers.Cancel(nameof(AnswerOverdue));
        _asker?.Tell(result);
        _asker = null;
    }

    /// <summary>Nothing happens when no such worker has ever been ready; to one that has ended it is not passed on.</summary>
    private void Tell(int number, WorkerCommand command) => TellProcess(number, (seat, life) => new WorkerCommands.Execute(seat, life, command));

    private void TellProcess(int number, Func<WorkerSeat, WorkerLife, object> message)
    {
        if (_open!.Seats.Find(s => s.Seat.Number == number) is { Life: { } life } seat)
            _open.Workers.Tell(message(seat.Seat, life));
    }

    /// <summary>Two of them: this and the next.</summary>
    private long NextTicket() => _ticket += 2;

    private static string Workers(int count) => count == 1 ? "1 worker" : $"{count} workers";

    private sealed record ChangeOverdue;

    private sealed record TrialOver;

    private sealed record AnswerOverdue;
}

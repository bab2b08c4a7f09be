using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Actors.Interfaces;

/// <summary>What happens to the datagrams of single rules, recorded by the workers on demand and for a time.</summary>
internal sealed partial class InterfaceActor
{
    /// <summary>Records of one answer: some hundred kilobytes with their payloads.</summary>
    private const int MostRecords = 256;

    private readonly List<(IActorRef Asker, CommandResult Answer)> _traceAskers = [];
    private RuleTraces _traces = new();
    private uint _lastSession;

    private void EnableTrace(InterfaceCommands.EnableTrace command)
    {
        RuleTraces next = _traces.Begin(command.Rule.Id, command.Wish, NewSession(), _time.GetUtcNow(), out string? refusal);
        if (refusal is not null)
        {
            Sender.Tell(new CommandResult.Rejected("rule_id", refusal));
            return;
        }

        RuleTrace trace = next.Find(command.Rule.Id)!;
        string what = Describe(command.Wish);
        _log.Info("{Rule} is traced: {What}", Sentences.Label(command.Rule), what);
        string state = _state.Outcomes.TryGetValue(command.Rule.Id, out RuleOutcome? outcome) && outcome != RuleOutcome.Active ? $"; just now it is {Sentences.Describe(outcome)}" : "";
        Timers.StartSingleTimer(TraceTimer(command.Rule.Id), new TraceOver(command.Rule.Id, trace.Settings.Session), command.Wish.For);
        UseTraces(next, command.Rule.Id, new CommandResult.Ok($"{Sentences.Label(command.Rule)} is traced: {what}{state}"));
    }

    private void DisableTrace(InterfaceCommands.DisableTrace command)
    {
        if (_traces.Find(command.Rule.Id) is not { IsActive: true })
        {
            Sender.Tell(new CommandResult.NoOp($"{Sentences.Label(command.Rule)} is not being traced"));
            return;
        }

        EndTrace(command.Rule.Id, session: null, new CommandResult.Ok($"{Sentences.Label(command.Rule)} is no longer traced; what was recorded can be read until another trace needs the room"));
    }

    private void EndTrace(RuleId rule, uint? session, CommandResult? answer)
    {
        RuleTraces next = _traces.End(rule, session);
        if (ReferenceEquals(next, _traces))
            return;
        Timers.Cancel(TraceTimer(rule));
        _log.Info("the trace of rule {Rule} has ended", rule);
        UseTraces(next, rule, answer);
    }

    /// <summary>What they were recorded in is gone, and with it every timer.</summary>
    private void EndTraces()
    {
        _traces = _traces.EndAll();
        AnswerTraces(overdue: true);
    }

    /// <summary>As other changes of a rule: with the workers' next rules.</summary>
    private void UseTraces(RuleTraces traces, RuleId rule, CommandResult? answer)
    {
        _traces = traces;
        _state = _state.LookAt(rule);
        if (answer is not null)
        {
            _traceAskers.Add((Sender, answer));
            Timers.StartSingleTimer(nameof(AnswerTraces), new TraceAnswerOverdue(), _options.ApplyTimeout);
        }

        Reconcile();
        AnswerTraces(overdue: false);
    }

    /// <summary>Who asked hears when the workers do it.</summary>
    private void AnswerTraces(bool overdue)
    {
        if (_traceAskers.Count == 0 || (!overdue && _open is not null && (_state.IsDirty || _state.InFlight)))
            return;
        Timers.Cancel(nameof(AnswerTraces));
        foreach ((IActorRef asker, CommandResult answer) in _traceAskers)
            asker.Tell(answer);
        _traceAskers.Clear();
    }

    private void GetTrace(InterfaceCommands.GetTrace command)
    {
        if (_traces.Find(command.Rule.Id) is not { } trace)
        {
            Sender.Tell(new CommandResult.Rejected("rule_id", $"{Sentences.Label(command.Rule)} has not been traced; begin with: mcrctl trace enable --rule-id {command.Rule.Id}"));
            return;
        }

        int workers = _open?.Seats.Count ?? 0;
        TraceBatch[] batches = [.. Enumerable.Range(0, workers).Select(number =>
            _open!.Port.ReadTrace(number, trace.Settings.Ring, trace.Settings.Session, command.Cursor.In(trace.Settings.Session, number), MostRecords / Math.Max(1, workers)))];
        Sender.Tell(new TraceReport(
            command.Rule,
            trace.Settings.Session,
            trace.IsActive,
            trace.Until,
            Sum(batches, b => b.Seen),
            Sum(batches, b => b.Recorded),
            Sum(batches, b => b.Missed),
            [.. batches.Select(b => b.Next)],
            [.. batches.SelectMany(b => b.Datagrams).OrderBy(d => d.Arrival ?? d.Sent)])
        {
            HasMore = batches.Any(b => b.Next < b.Recorded),
        });
    }

    /// <summary>Whatever a worker has written.</summary>
    private static long Sum(TraceBatch[] batches, Func<TraceBatch, long> number) => batches.Aggregate(0L, (sum, batch) => unchecked(sum + number(batch)));

    private static string Describe(TraceWish wish) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(wish.Every == 1 ? wish.First == 0 ? "each datagram" : $"the next {wish.First} datagrams" : $"one datagram in {wish.Every}{(wish.First == 0 ? "" : $", {wish.First} of them")}")}, for at most {wish.For.TotalSeconds:0.#} s");

    /// <summary>From the clock, so that it is another one than a rule of an earlier mcrd has in the workers' memory.</summary>
    private uint NewSession()
    {
        uint now = (uint)(_time.GetUtcNow().ToUnixTimeMilliseconds() & int.MaxValue);
        return _lastSession = Math.Max(1, now == _lastSession ? now + 1 : now);
    }

    private static string TraceTimer(RuleId rule) => $"trace {rule}";

    private sealed record TraceOver(RuleId Rule, uint Session);

    private sealed record TraceAnswerOverdue;
}

using System.Collections.Immutable;
using Mcr.Actors.Platform;
using Mcr.Native.Ingress;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Interfaces.WorkerChangeEffect>;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// One worker more or less, or one that is back and takes its share again, while datagrams flow: the order in which workers are held, flows moved
/// and queues drained, as <see cref="FanoutGroup"/> has it. Immutable; each method is one thing that happened, and returns the next state with what
/// is to be done about it.
/// <code>
/// Holding ──all takers held──▶ Draining ──all givers drained──▶ (grow, return) Over
///    │ too long                   │ too long: as if drained      (shrink) Leaving ──Stopped──▶ Over
///    └─▶ (shrink, return) resume, Over, (grow) Leaving ──Stopped──▶ Over
/// </code>
/// A worker that dies is replaced by its own actor. A taker's successor is held before it gets rules; a giver's drains in its place.
/// </summary>
internal sealed record WorkerChange
{
    /// <summary>For what takes milliseconds. What is held meanwhile waits in queues that have an end, so it is short.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    /// <param name="from">Workers that there are.</param>
    private WorkerChange(BucketTable now, int from, int to, ImmutableHashSet<int> away, long ticket)
    {
        From = from;
        Next = now.Rebalance(to, away, out ImmutableArray<BucketMove> moves);
        Ticket = ticket;
        Takers = [.. moves.Select(m => m.To)];
        Givers = [.. moves.Select(m => m.From)];
        Awaited = Takers;
    }

    public WorkerChangePhase Phase { get; private init; }

    /// <summary>Workers before.</summary>
    public int From { get; }

    /// <summary>What is or will be used.</summary>
    public BucketTable Next { get; }

    public bool Grows => Next.Seats > From;

    /// <summary>Their number stays.</summary>
    public bool Returns => Next.Seats == From;

    /// <summary>The worker that comes or goes; of no meaning when one returns.</summary>
    public int Number => Math.Max(From, Next.Seats) - 1;

    /// <summary>The workers that get flows; held until those that had them before have drained.</summary>
    public ImmutableHashSet<int> Takers { get; }

    public ImmutableHashSet<int> Givers { get; }

    /// <summary>Who has not confirmed yet.</summary>
    public ImmutableHashSet<int> Awaited { get; private init; }

    /// <summary>Why it was given up; null otherwise.</summary>
    public string? Failure { get; private init; }

    /// <summary>Goes with the orders of this phase.</summary>
    private long Ticket { get; init; }

    /// <summary>The new worker has its rules, so that its flows do not wait for that.</summary>
    private bool HasRules { get; init; }

    /// <summary>The new worker is being started, on a socket that gets nothing yet.</summary>
    /// <param name="away">Those that get no flows, see <see cref="WorkerShares"/>.</param>
    /// <param name="ticket">Two are used, this and the next.</param>
    /// <param name="startTimeout">After which a worker that does not get ready is killed.</param>
    public static (WorkerChange Next, Effects Effects) Grow(BucketTable now, ImmutableHashSet<int> away, long ticket, TimeSpan startTimeout) =>
        (new WorkerChange(now, now.Seats, now.Seats + 1, away.Union(WorkerShares.Idle(now)), ticket), [new WorkerChangeEffect.Wait(startTimeout + AnswerTimeout)]);

    /// <param name="running">The workers that run.</param>
    /// <inheritdoc cref="Grow"/>
    public static (WorkerChange Next, Effects Effects) Shrink(BucketTable now, ImmutableHashSet<int> away, long ticket, IEnumerable<int> running) =>
        Move(now, now.Seats - 1, away, ticket, running);

    /// <summary>Whoever runs and has no flows gets its share again.</summary>
    /// <inheritdoc cref="Shrink"/>
    public static (WorkerChange Next, Effects Effects) Return(BucketTable now, ImmutableHashSet<int> away, long ticket, IEnumerable<int> running) =>
        Move(now, now.Seats, away, ticket, running);

    /// <summary>The last of <paramref name="workers"/> has no flows: an mcrd has ended before it gave it any, or after it took them away.</summary>
    public static (WorkerChange Next, Effects Effects) Leave(BucketTable now, int workers, long ticket)
    {
        var change = new WorkerChange(now, workers, now.Seats, [], ticket) { Phase = WorkerChangePhase.Leaving };
        return (change, [new WorkerChangeEffect.Stop(change.Number)]);
    }

    /// <summary>A new process, which has not been sent rules yet.</summary>
    public Effects Ready(int number) => Phase is WorkerChangePhase.Holding or WorkerChangePhase.Draining && Takers.Contains(number) ? [Hold(number)] : [];

    /// <summary>It has been sent rules.</summary>
    public Effects RulesSent(int number) => Phase == WorkerChangePhase.Draining && Awaited.Contains(number) ? [Drain(number)] : [];

    public (WorkerChange Next, Effects Effects) Applied(int number) =>
        number == Number && Phase == WorkerChangePhase.Holding ? (this with { HasRules = true }).Held([]) : (this, []);

    public (WorkerChange Next, Effects Effects) Obeyed(int number, long ticket)
    {
        if (ticket != Ticket || !Awaited.Contains(number))
            return (this, []);
        WorkerChange next = this with { Awaited = Awaited.Remove(number) };
        return Phase == WorkerChangePhase.Holding ? next.Held([]) : next.Drained([]);
    }

    /// <summary>What does not run takes nothing, and its successor is held first; but the new worker has to be there, and whoever came back, too.</summary>
    public (WorkerChange Next, Effects Effects) Down(int number)
    {
        if (Phase != WorkerChangePhase.Holding)
            return (this, []);
        if (Returns && Takers.Contains(number))
            return (this with { Phase = WorkerChangePhase.Over, Awaited = [], Failure = $"worker {number} has ended again" }, ResumeTakers());
        return Grows && number == Number
            ? (this with { Awaited = Awaited.Add(number), HasRules = false }, [])
            : (this with { Awaited = Awaited.Remove(number) }).Held([]);
    }

    /// <summary>The worker has stopped, as asked for.</summary>
    public WorkerChange Stopped() => this with { Phase = WorkerChangePhase.Over };

    public (WorkerChange Next, Effects Effects) TimedOut()
    {
        switch (Phase)
        {
            case WorkerChangePhase.Holding when Grows:
                return (this with { Phase = WorkerChangePhase.Leaving, Awaited = [], Failure = $"worker {Number} did not get ready" }, [new WorkerChangeEffect.Stop(Number)]);
            case WorkerChangePhase.Holding:
                return (this with { Phase = WorkerChangePhase.Over, Failure = $"{Names(Awaited)} did not answer" }, ResumeTakers());
            case WorkerChangePhase.Draining:
                string order = Grows || Returns ? "what it had waiting may be overtaken" : "what it had waiting may be overtaken or lost";
                return (this with { Awaited = [] }).Drained([new WorkerChangeEffect.Warn($"{Names(Awaited)} did not say that all is sent; the change goes on, and {order}")]);
            default:
                return (this, []);
        }
    }

    /// <summary>The table could not be put to use: everything is as it was.</summary>
    public (WorkerChange Next, Effects Effects) Refused(string why) => Grows
        ? (this with { Phase = WorkerChangePhase.Leaving, Awaited = [], Failure = why }, [new WorkerChangeEffect.Stop(Number)])
        : (this with { Phase = WorkerChangePhase.Over, Awaited = [], Failure = why }, ResumeTakers());

    private static (WorkerChange Next, Effects Effects) Move(BucketTable now, int to, ImmutableHashSet<int> away, long ticket, IEnumerable<int> running)
    {
        var change = new WorkerChange(now, now.Seats, to, away, ticket) { HasRules = true };
        change = change with { Awaited = change.Takers.Intersect(running) };
        return change.Held([new WorkerChangeEffect.Wait(AnswerTimeout), .. change.Awaited.Order().Select(change.Hold)]);
    }

    private (WorkerChange Next, Effects Effects) Held(Effects effects)
    {
        if (!Awaited.IsEmpty || !HasRules)
            return (this, effects);
        WorkerChange next = this with { Phase = WorkerChangePhase.Draining, Awaited = Givers, Ticket = Ticket + 1 };
        effects = [.. effects, new WorkerChangeEffect.Use(Next)];
        return Givers.IsEmpty // who leaves had nothing
            ? next.Drained(effects)
            : (next, [.. effects, new WorkerChangeEffect.Wait(AnswerTimeout), .. Givers.Order().Select(next.Drain)]);
    }

    private (WorkerChange Next, Effects Effects) Drained(Effects effects)
    {
        if (!Awaited.IsEmpty)
            return (this, effects);
        return Grows || Returns
            ? (this with { Phase = WorkerChangePhase.Over }, [.. effects, .. ResumeTakers()])
            : (this with { Phase = WorkerChangePhase.Leaving }, [.. effects, .. ResumeTakers(), new WorkerChangeEffect.Stop(Number)]);
    }

    private Effects ResumeTakers() => [.. Takers.Order().Select(number => new WorkerChangeEffect.ToWorker(number, new ResumeWorker()))];

    private WorkerChangeEffect Hold(int number) => new WorkerChangeEffect.ToWorker(number, new HoldWorker(Ticket));

    private WorkerChangeEffect Drain(int number) => new WorkerChangeEffect.ToWorker(number, new DrainWorker(Ticket));

    private static string Names(IEnumerable<int> numbers) => string.Join(", ", numbers.Order().Select(number => $"worker {number}"));
}

internal enum WorkerChangePhase
{
    Holding,
    Draining,
    Leaving,
    Over,
}

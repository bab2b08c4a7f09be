using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>`mcrctl list-workers`, and `mcrctl stats --by worker`. Pure.</summary>
internal static class WorkerScreen
{
    private static readonly Column[] Columns =
    [
        new("STATE"), new("WORKER"), new("PID", IsNumber: true), new("CPUS"), new("RESTARTS", IsNumber: true), new("SYNC", Give: Give.Wrap), new("RULES", Rank: 1, Give: Give.Wrap),
    ];

    public static Screen Of(IReadOnlyList<WorkerEntry> workers) => workers.Count == 0 ? new Screen(["no workers"]) : new Screen([])
    {
        Columns = Columns,
        What = "worker",
        Rows = [.. workers.OrderBy(Condition).ThenBy(w => w.Interface, StringComparer.Ordinal).ThenBy(w => w.Number).Select(Row)],
    };

    public static Screen Traffic(IReadOnlyList<WorkerEntry> workers, DateTimeOffset now) => TrafficScreen.Of(
        "worker",
        workers.Select(w => new TrafficScreen.Entry(Name(w), w.Status == "Running" ? null : w.Status.ToLowerInvariant(), w.Counters, w.Rates, w.LastSeen)),
        now);

    private static Row Row(WorkerEntry worker) => new(
        [
            worker.Status.ToLowerInvariant(),
            Name(worker),
            worker.Pid == 0 ? "none" : $"{worker.Pid}",
            worker.Cores.Count == 0 ? "all" : string.Join(',', worker.Cores),
            Quantity.Count(worker.Restarts),
            worker.Sync.ToLowerInvariant() + (worker.Repairs == 0 ? "" : $" (repaired {Quantity.Count(worker.Repairs, "time")})"),
            worker.RulesetHash == worker.ExpectedHash ? worker.RulesetHash : $"{worker.RulesetHash}, to be {worker.ExpectedHash}",
        ],
        Conditions.Ink(Condition(worker)));

    private static Condition Condition(WorkerEntry worker) => worker switch
    {
        { Status: "Backoff" or "Killed" } => Screens.Condition.Failed,
        { Sync: "Drifted" or "Repairing" } => Screens.Condition.Degraded,
        { Status: not "Running" } => Screens.Condition.Pending,
        _ => Screens.Condition.Ok,
    };

    private static string Name(WorkerEntry worker) => $"{worker.Number} of {worker.Interface}";
}

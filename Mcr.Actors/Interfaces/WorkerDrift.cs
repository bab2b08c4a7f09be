using Mcr.Actors.Messages;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// Whether a worker runs what it is to run, look by look; four a second. A difference that lasts is repaired by telling it everything again, and if
/// that does not help, by another process. Immutable, pure.
/// </summary>
/// <param name="Different">Looks in a row at which it ran something else, with nothing in flight.</param>
/// <param name="Unanswered">Looks in a row at which it had not answered.</param>
internal sealed record WorkerDrift(WorkerSync Sync, int Different, int Unanswered)
{
    /// <summary>An update is over within one turn of the loop.</summary>
    public const int LooksForRepair = 2;

    /// <summary>Ten seconds for an answer: ten thousand rules take two.</summary>
    public const int LooksForAnswer = 40;

    public static readonly WorkerDrift None = new(WorkerSync.Updating, 0, 0);

    /// <summary>It has answered, whatever it is sent next.</summary>
    public WorkerDrift Answered => this with { Unanswered = 0 };

    /// <param name="inFlight">It has been sent rules and has not answered.</param>
    /// <param name="isSame">It uses the rules it is to use.</param>
    public (WorkerDrift Next, DriftRepair Repair) Look(bool inFlight, bool isSame)
    {
        if (inFlight)
        {
            WorkerDrift waiting = new(Sync == WorkerSync.Repairing ? Sync : WorkerSync.Updating, 0, Unanswered + 1);
            return (waiting, waiting.Unanswered >= LooksForAnswer ? DriftRepair.Restart : DriftRepair.None);
        }

        if (isSame)
            return (new WorkerDrift(WorkerSync.Synced, 0, 0), DriftRepair.None);
        WorkerDrift next = new(Sync == WorkerSync.Repairing ? Sync : WorkerSync.Drifted, Different + 1, 0);
        if (next.Different < LooksForRepair)
            return (next, DriftRepair.None);
        return next.Sync == WorkerSync.Repairing
            ? (next, DriftRepair.Restart)
            : (new WorkerDrift(WorkerSync.Repairing, 0, 0), DriftRepair.TellAll);
    }
}

internal enum DriftRepair
{
    None,

    /// <summary>Send it all rules.</summary>
    TellAll,

    /// <summary>Kill it; its successor is told everything.</summary>
    Restart,
}

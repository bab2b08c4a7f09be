using System.Collections.Immutable;
using Akka.Event;
using Mcr.Native.Ingress;

namespace Mcr.Actors.Interfaces;

/// <summary>Several workers, of which some are not there: <see cref="WorkerShares"/>.</summary>
internal sealed partial class InterfaceActor
{
    private void Share()
    {
        if (CanShare() is not { } open || TryGiveAway(open))
            return;
        if (WorkerShares.IsReturning(open.Port.Table, Serving()))
            Change(WorkerChange.Return(open.Port.Table, _state.Away, NextTicket(), _state.Workers.Keys));
    }

    /// <returns>null while their number is being changed or they are being adopted: whoever ends that looks again.</returns>
    private OpenPort? CanShare() => _change is null && _open is { IsClosing: false, IsAdopting: false, Seats.Count: > 1 } open ? open : null;

    /// <summary>The workers that run and have rules.</summary>
    private int[] Serving() => [.. _state.Workers.Where(w => w.Value.Applied != 0).Select(w => w.Key)];

    private bool TryGiveAway(OpenPort open)
    {
        if (WorkerShares.GiveAway(open.Port.Table, _state.Away, Serving()) is not { } given)
            return false;
        GiveAway(open, given.Next, given.Givers);
        return true;
    }

    private void GiveAway(OpenPort open, BucketTable table, ImmutableArray<int> givers)
    {
        string names = Names(givers);
        if (open.Port.Use(table) is { } why)
        {
            _log.Warning("{Interface}: the flows of {Workers} wait for it, since the others cannot be given them: {Why}", _name, names, why);
            return;
        }

        foreach (int number in givers)
            open.Port.DisownQueue(number);
        _log.Warning("{Interface}: the others have the flows of {Workers} until it runs again", _name, names);
    }

    private void Returned(WorkerChange change)
    {
        string names = Names(change.Takers.Order());
        if (change.Failure is { } why)
            _log.Warning("{Interface}: the others keep the flows of {Workers} for now: {Why}", _name, names, why);
        else
            _log.Info("{Interface}: {Workers} has its share of the flows again", _name, names);
        if (change.Failure is null || _asker is not null)
            ChangeNext(); // what was asked for meanwhile
        else if (CanShare() is { } open)
            TryGiveAway(open); // but the return is tried again with the next upkeep
    }

    private static string Names(IEnumerable<int> numbers) => string.Join(" and ", numbers.Select(number => $"worker {number}"));
}

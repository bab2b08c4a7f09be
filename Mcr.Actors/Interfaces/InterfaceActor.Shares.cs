using System.Collections.Immutable;
using Akka.Event;
using Mcr.Native.Ingress;

namespace Mcr.Actors.Interfaces;

/// <summary>Several workers, of which some are not there: <see cref="WorkerShares"/>.</summary>
internal sealed partial class InterfaceActor
{
    /// <summary>Not while their number is being changed or they are being adopted: that ends soon.</summary>
    private void Share()
    {
        if (_change is not null || _open is not { IsClosing: false, IsAdopting: false, Seats.Count: > 1 } open)
            return;
        int[] running = [.. _state.Workers.Where(w => w.Value.Applied != 0).Select(w => w.Key)];
        if (WorkerShares.GiveAway(open.Port.Table, _state.Away, running) is { } given)
            GiveAway(open, given.Next, given.Givers);
        else if (WorkerShares.IsReturning(open.Port.Table, running))
            Change(WorkerChange.Return(open.Port.Table, _state.Away, NextTicket(), _state.Workers.Keys));
    }

    private void GiveAway(OpenPort open, BucketTable table, ImmutableArray<int> givers)
    {
        string names = string.Join(" and ", givers.Select(number => $"worker {number}"));
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
        string names = string.Join(" and ", change.Takers.Order().Select(number => $"worker {number}"));
        if (change.Failure is { } why)
            _log.Warning("{Interface}: the others keep the flows of {Workers} for now: {Why}", _name, names, why);
        else
            _log.Info("{Interface}: {Workers} has its share of the flows again", _name, names);
        if (change.Failure is null || _asker is not null)
            ChangeNext(); // what was asked for meanwhile; what has failed is tried again with the next upkeep
    }
}

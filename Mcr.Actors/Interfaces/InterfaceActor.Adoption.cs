using System.Globalization;
using Akka.Event;
using Mcr.Actors.Platform;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// Going on with the workers of an mcrd that is gone. Nothing is planned before each of them has been heard of; the first plan then starts from what
/// they run, so that they are told only what differs, and nothing at all when nothing does.
/// </summary>
internal sealed partial class InterfaceActor
{
    private readonly List<AdoptedRun> _adopted = []; // and not told of yet

    private void BeginAdoption(AdoptedPort adopted)
    {
        Allocations allocations = AdoptedAllocations.Rebuild(adopted, _state.Desired, _options.NodeName);
        _state = _state.Adopt(allocations, adopted.Rules.Generation, adopted.Workers.Select(w => w.Number));
        _open!.Meters.Adopt(allocations.Rules);
        _open.IsAdopting = true;
        AdoptPeers(allocations);
        AdoptLegs(allocations);
    }

    /// <returns>false for a process that was just started and has nothing.</returns>
    private bool TryGoOnWith(int number)
    {
        if (!_state.Adopting.Contains(number) || _open!.Port.AdoptedWorker(number) is not { } run)
            return false;
        _state = _state.WorkerAdopted(run);
        _adopted.Add(run);
        return true;
    }

    /// <summary>The first plan is made, and everything that it needs is joined and open.</summary>
    private void EndAdoption(InterfacePlan plan)
    {
        _open!.IsAdopting = false;
        _open.Port.DropInherited();
        foreach (AdoptedRun run in _adopted)
            _log.Info("worker {Number} of {Interface} (pid {Pid}) is adopted: {Rules} rules, {Hash}", run.Number, _name, run.Pid, run.Rules, Comparison(run, plan));
        _adopted.Clear();
        if (_change is null)
            ChangeNext(); // to what is wanted now, or to what an mcrd that ended in the middle of a change had begun with
    }

    private static string Comparison(AdoptedRun run, InterfacePlan plan) => run.Hash == plan.Allocations.Hash
        ? "hash as expected"
        : string.Create(CultureInfo.InvariantCulture, $"hash {run.Hash:x16} in place of {plan.Allocations.Hash:x16}; {plan.Change.Put.Length} rules are put and {plan.Change.Dropped.Length} dropped");
}

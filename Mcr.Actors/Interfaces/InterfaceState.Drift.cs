using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Messages;
using Mcr.Actors.Workers;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Interfaces.InterfaceEffect>;

namespace Mcr.Actors.Interfaces;

/// <summary>What workers are seen to run, against what they are to run.</summary>
internal sealed partial record InterfaceState
{
    public WorkerSync SyncOf(int number) => Workers.TryGetValue(number, out RunningWorker? worker) ? worker.Drift.Sync : WorkerSync.Updating;

    /// <param name="hash">Of the rules that its loop uses.</param>
    public (InterfaceState Next, Effects Effects) WorkerPulse(int number, ulong hash)
    {
        // One that has refused these rules goes on with others, and that is known.
        if (!Workers.TryGetValue(number, out RunningWorker? worker) || (!worker.InFlight && worker.Applied != Generation))
            return (this, []);
        (WorkerDrift drift, DriftRepair repair) = worker.Drift.Look(worker.InFlight, hash == Hash);
        var effects = ImmutableArray.CreateBuilder<InterfaceEffect>();
        if (drift.Sync == WorkerSync.Synced && worker.Drift.Sync is WorkerSync.Drifted or WorkerSync.Repairing)
            effects.Add(new InterfaceEffect.Warn($"{Label(number)} runs its rules again"));
        InterfaceState next = this with { Workers = Workers.SetItem(number, worker with { Drift = drift }) };
        switch (repair)
        {
            case DriftRepair.TellAll:
                effects.Add(new InterfaceEffect.Repaired(number, $"{Label(number)} runs other rules (hash {Hex(hash)}) than it is to run ({Hex(Hash)}); it is told all of them again"));
                next = next.SendRules(number, plan: null, effects);
                break;
            case DriftRepair.Restart:
                effects.Add(new InterfaceEffect.Restart(number, worker.InFlight
                    ? $"has not answered the rules it was sent for {(HealthCheck.Interval * WorkerDrift.LooksForAnswer).TotalSeconds:0} s"
                    : $"still runs other rules (hash {Hex(hash)}) than it is to run ({Hex(Hash)})"));
                break;
        }

        return (next, effects.ToImmutable());
    }

    private static string Hex(ulong hash) => hash.ToString("x16", CultureInfo.InvariantCulture);
}

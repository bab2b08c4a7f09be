using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;

namespace Mcr.Specs.Supervision;

public sealed class WorkerDriftSpecs
{
    /// <param name="looks">s: the same rules; d: others; f: others, with an update in flight.</param>
    [Theory]
    [InlineData("ssss", "....", WorkerSync.Synced)]
    [InlineData("sds", "...", WorkerSync.Synced)]
    [InlineData("sdfs", "....", WorkerSync.Synced)]
    [InlineData("sdd", "..T", WorkerSync.Repairing)]
    [InlineData("sddfss", "..T...", WorkerSync.Synced)]
    [InlineData("sddfdd", "..T..R", WorkerSync.Repairing)]
    public void Difference_should_be_repaired_by_telling_all_and_then_by_a_restart(string looks, string repairs, WorkerSync end)
    {
        WorkerDrift drift = WorkerDrift.None;
        string done = "";
        foreach (char look in looks)
        {
            (drift, DriftRepair repair) = drift.Look(inFlight: look == 'f', isSame: look == 's');
            done += repair switch { DriftRepair.TellAll => 'T', DriftRepair.Restart => 'R', _ => '.' };
        }

        Assert.Equal((repairs, end), (done, drift.Sync));
    }

    [Fact]
    public void Rules_that_are_not_answered_for_ten_seconds_should_mean_a_restart()
    {
        WorkerDrift drift = WorkerDrift.None.Look(inFlight: false, isSame: true).Next;
        for (int look = 1; look < WorkerDrift.LooksForAnswer; look++)
        {
            (drift, DriftRepair none) = drift.Look(inFlight: true, isSame: false);
            Assert.Equal((DriftRepair.None, WorkerSync.Updating), (none, drift.Sync));
        }

        Assert.Equal(DriftRepair.Restart, drift.Look(inFlight: true, isSame: false).Repair);
    }
}

using System.Globalization;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>Relaying while rules change and workers are killed, for as long as MCR_SOAK_SECONDS says; a short round in every run.</summary>
[Collection(SerialPackets.Name)]
public sealed class SoakSpecs(ITestOutputHelper output)
{
    private const int Rate = 10_000;
    private const int DefaultSeconds = 5;

    private const int FirstKillAfter = 2;

    /// <summary>Between two killings: longer than a worker needs to count as healthy, so that each start is at once.</summary>
    private const int KillEvery = 62;

    private const int LostWithEachWorker = 64;

    [Fact]
    [Trait("kind", "soak")]
    public void Relay_should_lose_only_what_killed_workers_held()
    {
        int seconds = int.Parse(Environment.GetEnvironmentVariable("MCR_SOAK_SECONDS") ?? $"{DefaultSeconds}", CultureInfo.InvariantCulture);
        long count = (long)seconds * Rate;
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""");
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, count);
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, count, "--rate", $"{Rate}");
        int kills = 0;
        int changes = 0;
        long mcrdBegan = ResidentMemory.AllOf(mcrd.Process.Pid);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!sender.HasExited)
        {
            mcrd.Ctl("add", "--name", "other", "--input-interface", "in0", "--input-group", "239.1.1.2", "--input-port", "5000", "--outputs", $"239.4.4.4:{7000 + changes++ % 1000}:out1");
            if (clock.Elapsed.TotalSeconds > FirstKillAfter + (kills * KillEvery) && clock.Elapsed.TotalSeconds < seconds - 1)
            {
                kills++;
                SysResult.From(Libc.kill(Assert.Single(mcrd.WorkerPids()), Libc.SIGKILL)).OrThrow("kill");
            }
        }

        StreamSender.Result(sender);
        Summary received = receiver.Result();
        int worker = Assert.Single(mcrd.WorkerPids());
        output.WriteLine($"{seconds} s, {changes} rule changes, {kills} workers killed; mcrd {mcrdBegan} kB, then {ResidentMemory.AllOf(mcrd.Process.Pid)} kB; worker {ResidentMemory.AllOf(worker)} kB, {Directory.GetFiles($"/proc/{mcrd.Process.Pid}/fd").Length} descriptors in mcrd, {Directory.GetFiles($"/proc/{worker}/fd").Length} in the worker");
        output.WriteLine(received.Line);
        Assert.InRange(kills, 1, int.MaxValue);
        Assert.InRange(received.Number("lost"), 0, kills * LostWithEachWorker);
        Assert.Equal((0, 0), (received.Number("corrupted"), received.Number("reordered")));
        Assert.Equal(0, mcrd.Stop().Code);
    }
}

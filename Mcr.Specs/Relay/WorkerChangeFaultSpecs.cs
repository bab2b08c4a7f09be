using System.Diagnostics;
using Mcr.Actors.Control;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>
/// mcrd or a worker is killed while the number of workers is being changed and eight flows are relayed: at several moments of the change, from its
/// first to its last. The next mcrd goes by its files again, where there are two workers.
/// </summary>
[Collection(SerialPackets.Name)]
public sealed class WorkerChangeFaultSpecs(ITestOutputHelper output)
{
    private const int Rate = 1_000; // a group
    private const int Workers = 2;
    private const int Moments = 4;

    /// <summary>On a busy machine a worker's successor may take longer than datagrams may wait, which is not what is looked at here.</summary>
    private static readonly string Settings = $"  interfaces.in0 {{ workers = {Workers} }}\n  worker.max-age = 30s";

    /// <summary>What may be in a killed worker's hands: one batch.</summary>
    private const int Batch = 64;

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public async Task Mcrd_that_is_killed_while_it_changes_the_workers_should_cost_nothing_and_the_next_have_its_own_number(int count)
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, ManyStreams.Rules, Settings);
        using var streams = new ManyStreams(topology, Rate);
        ManyStreams.AwaitAll(mcrd);
        TimeSpan whole = TimeChange(mcrd, count);
        int unfinished = 0;
        for (int moment = 0; moment < Moments; moment++)
        {
            Task<bool> change = Begin(mcrd, count);
            Thread.Sleep(MomentOf(whole, moment)); // to strike then, not to wait
            mcrd.Kill();
            unfinished += await change ? 0 : 1;
            mcrd.StartAgain();
            AwaitWorkers(mcrd, Workers);
            ManyStreams.AwaitAll(mcrd);
        }

        (long sent, Summary[] received) = streams.Stop(mcrd, output);
        output.WriteLine($"a change takes {whole.TotalMilliseconds:0} ms; {unfinished} of {Moments} were not over when mcrd was killed");
        new EventCost($"mcrd kill -9 while {Workers} workers become {count}, {Moments} times", "ring") { Gap = received.Max(r => r.LongestMilliseconds), Lost = sent - received.Sum(r => r.Number("received")), MostLost = 0, Sent = sent }.Check(output);
        Assert.All(received, r => Assert.Equal(0, r.Number("reordered") + r.Number("duplicated") + r.Number("corrupted")));
        Assert.InRange(unfinished, 1, Moments);
    }

    /// <summary>The one that gives flows away while workers become more, the one that takes them while they become fewer, and the one that comes.</summary>
    [Theory]
    [InlineData(3, 0)]
    [InlineData(1, 0)]
    [InlineData(3, 2)]
    public async Task Worker_that_is_killed_while_workers_are_changed_should_cost_a_batch_and_the_change_be_done(int count, int victim)
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, ManyStreams.Rules, Settings);
        using var streams = new ManyStreams(topology, Rate);
        ManyStreams.AwaitAll(mcrd);
        TimeSpan whole = TimeChange(mcrd, count);
        for (int moment = 0; moment < Moments; moment++)
        {
            mcrd.AwaitStandby();
            string[] before = mcrd.AdoptionSockets;
            int[] pids = mcrd.WorkerPids();
            Task<bool> change = Begin(mcrd, count);
            int pid;
            if (victim < Workers)
            {
                Thread.Sleep(MomentOf(whole, moment));
                pid = pids[victim];
            }
            else
            {
                pid = 0;
                McrdWaits.Until(() => (pid = Newest(mcrd, before)) != 0, "the worker that comes");
            }

            SysResult.From(Libc.kill(pid, Libc.SIGKILL)).OrThrow("kill");
            mcrd.Process.WaitForLine($"(pid {pid}) ended: killed by signal 9");
            await change;
            AwaitWorkers(mcrd, count);
            ManyStreams.AwaitAll(mcrd);
            await Begin(mcrd, Workers);
            AwaitWorkers(mcrd, Workers);
        }

        (long sent, Summary[] received) = streams.Stop(mcrd, output);
        bool wasOvertaken = mcrd.Process.Output.Contains("may be overtaken", StringComparison.Ordinal);
        output.WriteLine($"a change takes {whole.TotalMilliseconds:0} ms{(wasOvertaken ? "; one was gone on with before all was drained, with a warning" : "")}");

        // The fourth death within a minute is waited out for a second: the others get its flows, and its queue is given up, and counted.
        long givenUp = mcrd.Ctl("list-workers").GetProperty("Workers").EnumerateArray().Sum(w => w.GetProperty("counters").GetProperty("filtered").GetInt64());
        new EventCost($"worker {victim} kill -9 while {Workers} become {count}, {Moments} times", "ring") { Gap = received.Max(r => r.LongestMilliseconds), Lost = sent - givenUp - received.Sum(r => r.Number("received")), TooOld = givenUp, MostLost = Batch * Moments, Sent = sent }.Check(output);
        Assert.All(received, r => Assert.Equal(0, r.Number("duplicated") + r.Number("corrupted")));
        Assert.True(wasOvertaken || received.All(r => r.Number("reordered") == 0), "reordered, and mcrd has not said so");
    }

    private static TimeSpan MomentOf(TimeSpan whole, int moment) => whole * ((moment + 0.5) / Moments);

    private TimeSpan TimeChange(McrdProcess mcrd, int count)
    {
        mcrd.AwaitStandby();
        long began = Stopwatch.GetTimestamp();
        Assert.True(Ask(mcrd, count));
        TimeSpan whole = Stopwatch.GetElapsedTime(began);
        AwaitWorkers(mcrd, count);
        Assert.True(Ask(mcrd, Workers));
        AwaitWorkers(mcrd, Workers);
        return whole;
    }

    private static Task<bool> Begin(McrdProcess mcrd, int count) => Task.Run(() => Ask(mcrd, count), TestContext.Current.CancellationToken);

    /// <returns>false when mcrd ended before it answered, which it does when the change is over.</returns>
    private static bool Ask(McrdProcess mcrd, int count)
    {
        try
        {
            using var client = ControlClient.Connect(mcrd.ControlSocket, TimeSpan.FromSeconds(20));
            ControlResponse answer = client.Ask(new ControlRequest.SetWorkers { Interface = "in0", Count = $"{count}" });
            Assert.IsType<ControlResponse.Success>(answer);
            return true;
        }
        catch (ControlClientException)
        {
            return false;
        }
    }

    private static int Newest(McrdProcess mcrd, string[] before) =>
        mcrd.AdoptionSockets.Except(before).Select(path => int.Parse(Path.GetFileNameWithoutExtension(path)["adopt-".Length..], System.Globalization.CultureInfo.InvariantCulture)).SingleOrDefault();

    private void AwaitWorkers(McrdProcess mcrd, int count)
    {
        try
        {
            McrdWaits.Until(() => mcrd.Workers() is var workers && workers.Length == count && workers.All(w => w.GetProperty("status").GetString() == "Running"), $"{count} workers that run");
        }
        catch
        {
            output.WriteLine(mcrd.Process.Output);
            throw;
        }
    }
}

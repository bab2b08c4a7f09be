using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>What the end of a worker costs at 10,000 datagrams a second, printed: how long nothing arrives, and how many never do.</summary>
[Collection(SerialPackets.Name)]
public sealed class WorkerGapSpecs(ITestOutputHelper output)
{
    private const int Rate = 10_000;
    private const int Batch = 64;

    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    [Theory]
    [InlineData("ring")]
    [InlineData("mmsg")]
    public void Killed_worker_should_be_replaced_within_half_a_second_and_lose_one_batch(string ingress) =>
        Fault("worker kill -9", ingress, pid => Signal(pid, Libc.SIGKILL), "ended: killed by signal 9; it is started again at once", 500);

    [Theory]
    [InlineData("ring")]
    [InlineData("mmsg")]
    public void Stopped_worker_should_be_replaced_within_1600_ms_and_lose_what_is_too_old(string ingress) =>
        Fault("worker SIGSTOP", ingress, pid => Signal(pid, Libc.SIGSTOP), "was stopped by a signal and has done nothing for 1 s; it is killed", 1600);

    /// <summary>Its loop runs without end while the process lives, is not stopped, and its other threads go on.</summary>
    [Theory]
    [InlineData("ring")]
    [InlineData("mmsg")]
    public void Hung_worker_should_be_named_and_replaced_within_1600_ms_and_lose_what_is_too_old(string ingress) =>
        Fault("worker loop hangs", ingress, pid => HungThread.Hang(pid, "relay loop"), "hangs: its loop has stood still for 1 s; it is killed", 1600);

    /// <param name="name">The event's.</param>
    /// <param name="strike">Takes the worker's pid.</param>
    /// <param name="line">What mcrd says of it.</param>
    private void Fault(string name, string ingress, Action<int> strike, string line, int longest)
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule, $"  interfaces.in0.ingress = {ingress}");
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, null);
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{Rate}", "--size", "200");
        mcrd.AwaitStandby();
        mcrd.AwaitRelayed(Rate);
        int pid = mcrd.WorkerPids().Single();
        strike(pid);
        mcrd.Process.WaitForLine($"worker 0 of in0 (pid {pid}) {line}");
        mcrd.AwaitSuccessor(pid);
        Assert.Equal(1, mcrd.Workers().Single().GetProperty("restarts").GetInt32());
        mcrd.AwaitRelayed(mcrd.Relayed() + Rate);
        sender.Terminate();
        long sent = StreamSender.Result(sender).Number("sent");
        mcrd.AwaitQuiet();
        receiver.Process.Terminate();
        Summary result = receiver.Result();
        long stale = mcrd.FinalValues("filtered").Single();
        Assert.Equal(0, result.Number("duplicated") + result.Number("reordered") + result.Number("corrupted"));
        new EventCost(name, ingress)
        {
            // The first that came after it had waited so long; what was dropped for its age had waited before.
            Gap = result.LongestMilliseconds + (1000.0 * stale / Rate),
            LongestGap = longest,
            Lost = sent - result.Number("received") - stale,
            MostLost = Batch,
            Sent = sent,
            TooOld = stale,
        }.Check(output);
    }

    private static void Signal(int pid, int signal) => SysResult.From(Libc.kill(pid, signal)).OrThrow($"signal {signal}");
}

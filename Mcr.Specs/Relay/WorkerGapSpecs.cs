using System.Diagnostics;
using System.Globalization;
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
        Fault(ingress, "kill -9", Libc.SIGKILL, TimeSpan.FromMilliseconds(500));

    [Theory]
    [InlineData("ring")]
    [InlineData("mmsg")]
    public void Stopped_worker_should_be_replaced_within_1600_ms_and_lose_what_is_too_old(string ingress) =>
        Fault(ingress, "SIGSTOP", Libc.SIGSTOP, TimeSpan.FromMilliseconds(1600));

    private void Fault(string ingress, string name, int signal, TimeSpan longest)
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule, $"  interfaces.in0.ingress = {ingress}");
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, null);
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{Rate}", "--size", "200");
        mcrd.AwaitStandby();
        mcrd.AwaitRelayed(Rate);
        int pid = mcrd.WorkerPids().Single();
        SysResult.From(Libc.kill(pid, signal)).OrThrow(name);
        mcrd.AwaitSuccessor(pid);
        Assert.Equal(1, mcrd.Workers().Single().GetProperty("restarts").GetInt32());
        mcrd.AwaitRelayed(mcrd.Relayed() + Rate);
        sender.Terminate();
        long sent = StreamSender.Result(sender).Number("sent");
        mcrd.AwaitQuiet();
        receiver.Process.Terminate();
        Summary result = receiver.Result();
        long stale = mcrd.FinalValues("filtered").Single();

        // The first that came after it had waited so long; what was dropped for its age had waited before.
        double gap = (double.Parse(result["max_us"], CultureInfo.InvariantCulture) / 1000) + (1000.0 * stale / Rate);
        long lost = sent - result.Number("received");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}, {ingress}: gap {gap:F0} ms, lost {lost}, of them too old {stale}"));
        Assert.Equal(0, result.Number("duplicated") + result.Number("reordered") + result.Number("corrupted"));
        Assert.InRange(lost - stale, 0, Batch);
        Assert.InRange(gap, 0, longest.TotalMilliseconds);
    }
}

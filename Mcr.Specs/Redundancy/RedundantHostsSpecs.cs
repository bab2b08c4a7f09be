using Mcr.Native.Interop;

namespace Mcr.Specs.Redundancy;

/// <summary>Real relays, processes and packets: what is lost and doubled when the one that forwards is no more.</summary>
public sealed class RedundantHostsSpecs(ITestOutputHelper output)
{
    [Fact]
    public void Standby_should_take_over_from_a_host_that_dies()
    {
        using var hosts = new RedundantHosts(2);
        hosts.AwaitForwarding("a", "b");
        Reception calm = hosts.During(() => { }, () => hosts.Recorder.AwaitMore(RedundantHosts.Rate));
        output.WriteLine($"calm: {calm}");
        Assert.Equal((0, 0), (calm.Lost, calm.Doubled));
        int[] owner = RedundantHosts.ProcessesOf(hosts.Of("a"));
        Reception died = hosts.During(() => RedundantHosts.Signal(owner, Libc.SIGKILL), () => hosts.AwaitForwarding("b"));
        output.WriteLine($"died: {died}");
        Assert.InRange(died.Silence.TotalMilliseconds, 0, 250);
    }
}

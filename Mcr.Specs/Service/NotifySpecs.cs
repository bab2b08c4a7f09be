using Mcr.Host.Mcrd.Supervisor;
using Mcr.Native.Interop;

namespace Mcr.Specs.Service;

/// <summary>What systemd is told by a real mcrd.</summary>
public sealed class NotifySpecs
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    [Fact]
    public void Systemd_should_hear_of_the_start_of_each_reload_of_the_end_and_that_mcrd_is_alive()
    {
        using var port = new NotifyPort();
        using var topology = new RelayTopology();
        using var mcrd = new McrdProcess(topology.Relay, Rule, "", new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = port.Path, ["WATCHDOG_USEC"] = "900000" });
        Assert.Equal("READY=1", port.Next());
        Assert.Matches("^STATUS=.*239.1.1.1:5000.* is active", port.Next());
        mcrd.WaitReady();
        port.Until(message => message == "WATCHDOG=1");
        port.Until(message => message == "WATCHDOG=1");

        mcrd.Process.Signal(1); // SIGHUP
        Assert.Matches("^RELOADING=1\nMONOTONIC_USEC=[0-9]+$", port.Next());
        Assert.Equal(("READY=1", "STATUS=the configuration was read again"), (port.Next(), port.Next()));
        mcrd.Configure("nonsense");
        mcrd.Process.Signal(1);
        Assert.StartsWith("RELOADING=1", port.Next(), StringComparison.Ordinal);
        Assert.Equal("READY=1", port.Next());
        Assert.Matches("^STATUS=the configuration was not taken: [^\n]+$", port.Next());

        mcrd.Process.Signal(Libc.SIGTERM);
        Assert.Equal(("STOPPING=1", "STATUS=workers are stopped"), (port.Next(), port.Next()));
        Assert.Equal(0, mcrd.Process.WaitForExit());
    }

    /// <summary>A watchdog for another process (a wrapper around us) is none for mcrd.</summary>
    [Theory]
    [InlineData("30000000", null, 30_000)]
    [InlineData("30000000", "7", 30_000)]
    [InlineData("30000000", "8", null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void Watchdog_should_be_as_the_environment_says(string? usec, string? pid, int? milliseconds) =>
        Assert.Equal(milliseconds, (int?)ServiceManager.WatchdogOf(name => name == "WATCHDOG_USEC" ? usec : pid, 7)?.TotalMilliseconds);
}

using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Native.Interop;
using Mcr.Native.Logging;
using Mcr.Native.Netlink;
using Mcr.Native.Privileges;
using Mcr.Native.Worker;

namespace Mcr.Specs.Relay;

/// <summary>Workers that were handed over and cannot be gone on with: none is left to relay beside its successor.</summary>
[Collection(SerialPackets.Name)]
public sealed class AdoptionFailureSpecs
{
    private static readonly WorkerLogging NoLog = new(new LogControl(LogLevels.Default), (_, _, _, _) => { });

    private const string Video = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    /// <summary>Its successor is about to be started: of two for one seat each datagram would leave twice.</summary>
    [Fact]
    public void Worker_that_cannot_be_gone_on_with_for_want_of_descriptors_should_end_and_leave_nothing()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, "  worker.orphan-grace = forever");
        int pid = Assert.Single(mcrd.WorkerPids());
        mcrd.Kill();
        AdoptedWorker adopted = Receive(mcrd);
        int mappings = SlotMappings();
        Exception? refusal;
        using (new DescriptorShortage())
            refusal = Record.Exception(() => LinuxWorker.Adopt(adopted, mcrd.RuntimeDirectory, _ => default, NoLog, _ => { }));
        Assert.Equal(Libc.EMFILE, Assert.IsType<LinuxException>(refusal).Errno);
        AssertNothingIsLeft(pid, mcrd, adopted);
        Assert.Equal(mappings, SlotMappings());
        adopted.DisposeDescriptors();
    }

    [Fact]
    public void Worker_whose_slot_cannot_be_mapped_should_end_and_leave_nothing()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, "  worker.orphan-grace = forever");
        int pid = Assert.Single(mcrd.WorkerPids());
        mcrd.Kill();
        AdoptedWorker adopted = Receive(mcrd);
        adopted.DisposeDescriptors();
        Assert.Throws<LinuxException>(() => LinuxWorker.Adopt(adopted, mcrd.RuntimeDirectory, _ => default, NoLog, _ => { }));
        AssertNothingIsLeft(pid, mcrd, adopted);
    }

    /// <summary>As when its interface crashes between opening and taking over.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Workers_that_nobody_has_taken_over_should_end_with_their_port_unless_it_is_held(bool isHeld)
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, "  interfaces.in0 { workers = 2 }");
        int[] pids = mcrd.WorkerPids();
        mcrd.Kill();
        var warnings = new List<string>();
        var orphans = Orphans.Adopt(mcrd.RuntimeDirectory, warnings.Add);
        Assert.Equal(2, orphans.Count);
        var platform = new LinuxPlatform(new WorkerProgram("", new Dictionary<string, string>()), Capabilities.Read(), new LinuxPlatformOptions(1 << 20, 1 << 20, false, mcrd.RuntimeDirectory, 0, 60_000), orphans);
        Link link = Devices.Find(topology.Relay, "in0");
        topology.Relay.Run(() =>
        {
            IInterfacePort port = platform.OpenInterface(link, new PortOptions(new InterfaceOptions { Workers = 2 }));
            if (isHeld)
                port.Hold();
            port.Dispose();
        });
        Assert.Empty(warnings);
        Assert.All(pids, pid => Assert.Equal(isHeld, IsRunning(pid)));
    }

    private static void AssertNothingIsLeft(int pid, McrdProcess mcrd, AdoptedWorker adopted)
    {
        Assert.False(IsRunning(pid));
        Assert.Empty(mcrd.AdoptionSockets);
        Assert.True(adopted.Channel.Descriptor.IsClosed);
    }

    private static AdoptedWorker Receive(McrdProcess mcrd)
    {
        Assert.True(AdoptionSocket.TryConnect(Assert.Single(mcrd.AdoptionSockets), TimeSpan.FromSeconds(10), out WorkerChannel? channel).IsSuccess);
        return AdoptedWorker.Receive(channel!);
    }

    /// <summary>In this process.</summary>
    private static int SlotMappings() => File.ReadLines("/proc/self/maps").Count(line => line.Contains("memfd:mcr-slot", StringComparison.Ordinal));

    /// <summary>An orphan that has ended may wait for whoever reaps it.</summary>
    private static bool IsRunning(int pid) => File.Exists($"/proc/{pid}/cmdline") && File.ReadAllBytes($"/proc/{pid}/cmdline").Length > 0;
}

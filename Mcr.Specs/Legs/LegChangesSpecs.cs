using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Native.Interop;
using Mcr.Specs.Cluster;
using Mcr.Specs.Redundancy;

namespace Mcr.Specs.Legs;

/// <summary>Legs that move, that are too narrow, that end at a pair, and that go with their rule.</summary>
[Collection(SerialPackets.Name)]
public sealed class LegChangesSpecs(LegChangesSpecs.Pair pair, ITestOutputHelper output) : IClassFixture<LegChangesSpecs.Pair>
{
    [Fact]
    public void Half_should_be_nobodys_own_and_come_and_go_with_the_rule()
    {
        LegHosts hosts = pair.Hosts;
        hosts.AwaitUp(hosts.B);
        (int code, string refusal) = hosts.B.Mcrd.TryCtl("remove", "--name", "studio@a");
        Assert.Equal(1, code);
        Assert.Contains("is the end of a leg of rule studio of node a", refusal, StringComparison.Ordinal);
        Assert.Equal("[]", hosts.B.Ask(new ControlRequest.ShowConfig()).GetProperty("Config").GetProperty("rules").GetRawText());

        hosts.A.Mcrd.Ctl("remove", "--rule-id", LegHosts.RuleId);
        McrdWaits.Until(() => hosts.B.Mcrd.Rules().Length == 0, () => "the half to go with the rule");
        hosts.Hosts.AwaitWhole();
        hosts.A.Mcrd.Ctl("add", "--rule-id", LegHosts.RuleId, "--input-interface", "in0", "--input-group", "239.1.1.1", "--input-port", "5000", "--outputs", $"{LegHosts.Group}:6000:out0?node=b");
        hosts.AwaitUp(hosts.B);
    }

    [Fact]
    public void Leg_should_move_with_the_address_at_its_end()
    {
        LegHosts hosts = pair.Hosts;
        hosts.AwaitUp(hosts.B);
        Assert.StartsWith("10.1.0.2:", LegHosts.Leg(hosts.A, "b")!.Value.GetProperty("address").GetString(), StringComparison.Ordinal);
        Reception moved = hosts.During(
            () =>
            {
                hosts.B.Place.Ip("address del 10.1.0.2/24 dev in0");
                hosts.B.Place.Ip("address add 10.1.0.22/24 dev in0");
            },
            () =>
            {
                McrdWaits.Until(() => LegHosts.Leg(hosts.A, "b")?.GetProperty("address").GetString()?.StartsWith("10.1.0.22:", StringComparison.Ordinal) == true, () => $"the leg to move: {LegHosts.Leg(hosts.A, "b")}");
                hosts.AwaitUp(hosts.B);
            });
        output.WriteLine($"{moved}; {LegHosts.Leg(hosts.B, "b")}");
        hosts.A.Mcrd.Process.WaitForLine("has moved from 10.1.0.2:");
        Assert.Equal(0, moved.Doubled);
        Assert.InRange(moved.Silence.TotalSeconds, 0, 5);
    }

    /// <summary>With the header it does not fit, so the kernel cuts it, and the other end puts it together.</summary>
    [Fact]
    public void Payload_that_does_not_fit_with_the_header_should_come_all_the_same_and_be_counted()
    {
        LegHosts hosts = pair.Hosts;
        hosts.AwaitUp(hosts.B);
        hosts.Recorder.AwaitMore(1_000);
        Reception calm = hosts.Recorder.Between(hosts.Recorder.Latest - 900, hosts.Recorder.Latest - 1);
        Assert.Equal((0, 0), (calm.Lost, calm.Doubled));
        McrdWaits.Until(() => LegHosts.Count(hosts.B, "b", "fragmented") > 1_000, () => $"fragments: {LegHosts.Leg(hosts.B, "b")}");
        output.WriteLine($"{LegHosts.Leg(hosts.B, "b")}");
    }

    /// <summary>Each of the pair has a leg, and one of them forwards what comes over its own.</summary>
    [Fact]
    public void Pair_at_the_end_of_a_leg_should_lose_no_more_than_a_takeover_when_either_dies()
    {
        using var hosts = new LegHosts(3, "b+c");
        hosts.AwaitUp(hosts.B);
        hosts.AwaitUp(hosts.C);
        McrdWaits.Until(() => Forwarder(hosts.B) == "b" && Forwarder(hosts.C) == "b", () => $"b to forward: {hosts.B.Describe()}");
        Reception calm = hosts.During(() => { }, () => hosts.Recorder.AwaitMore(LegHosts.Rate));
        Assert.Equal((0, 0), (calm.Lost, calm.Doubled));
        int[] all = RedundantHosts.ProcessesOf(hosts.B);
        Reception died = hosts.During(() => RedundantHosts.Signal(all, Libc.SIGKILL), () => McrdWaits.Until(() => Forwarder(hosts.C) == "c", () => "c to forward"));
        output.WriteLine($"b died: {died}");
        Assert.InRange(died.Silence.TotalMilliseconds, 0, 250);
        Assert.InRange(died.DoubledFor.TotalMilliseconds, 0, 100);
        hosts.B.Mcrd.WaitUntilGone();
        Reception back = hosts.During(
            () => hosts.B.Mcrd.StartAgain(),
            () => McrdWaits.Until(() => Forwarder(hosts.B) == "b" && Forwarder(hosts.C) == "b", () => $"b to forward again: {hosts.B.Describe()} {hosts.C.Describe()}"));
        output.WriteLine($"b is back: {back}");
        Assert.Equal(0, back.Lost);
        Assert.InRange(back.DoubledFor.TotalMilliseconds, 0, 10);
    }

    private static string? Forwarder(ClusterHost host)
    {
        JsonElement status = host.Ask(new ControlRequest.ClusterStatus()).GetProperty("ClusterStatus");
        return status.TryGetProperty("redundant", out JsonElement rules) && rules.GetArrayLength() == 1 ? string.Join('+', rules[0].GetProperty("forwarding").EnumerateArray().Select(f => f.GetString())) : null;
    }

    /// <summary>Started once for those specs of the class that need no other. The source segment is the way.</summary>
    public sealed class Pair : IDisposable
    {
        internal LegHosts Hosts { get; } = new(2, "b", "  cluster.legs.interface = in0", rate: 1_000, size: 1_450);

        public void Dispose() => Hosts.Dispose();
    }
}

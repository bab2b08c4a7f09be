using System.Globalization;
using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;
using Mcr.Specs.Cluster;
using Mcr.Specs.Redundancy;

namespace Mcr.Specs.Legs;

/// <summary>Legs between real relays: processes, namespaces, packets.</summary>
public sealed class LegHostsSpecs(ITestOutputHelper output)
{
    [Fact]
    public void Output_of_another_node_should_be_one_rule_whose_halves_come_and_go_with_it()
    {
        using var hosts = new LegHosts(2, "b");
        hosts.AwaitUp(hosts.B);
        Reception calm = hosts.During(() => { }, () => hosts.Recorder.AwaitMore(2 * LegHosts.Rate));
        Assert.Equal((0, 0), (calm.Lost, calm.Doubled));
        foreach (ClusterHost host in new[] { hosts.A, hosts.B })
        {
            JsonElement leg = LegHosts.Leg(host, "b")!.Value;
            output.WriteLine($"{host.Name}: {leg}");
            Assert.Equal(("studio", "a", "b", "239.2.2.2:6000 on out0", 1424), (leg.GetProperty("rule_id").GetString(), leg.GetProperty("from").GetString(), leg.GetProperty("to").GetString(), leg.GetProperty("output").GetString(), leg.GetProperty("max_payload").GetInt32()));
            Assert.Equal((0, 0, 0), (leg.GetProperty("lost").GetInt64(), leg.GetProperty("refused").GetInt64(), leg.GetProperty("reordered").GetInt64()));
            Assert.InRange(leg.GetProperty("latency").GetProperty("mean").GetInt64(), 0, 1_000_000);
            Assert.Equal("both nodes have the same clock", leg.GetProperty("clocks").GetString());
        }

        JsonElement half = Assert.Single(hosts.B.Mcrd.Rules());
        output.WriteLine($"{half}");
        Assert.Equal(("studio@a", "Active", "10.9.0.2", "leg from node a"), (half.GetProperty("name").GetString(), half.GetProperty("status").GetString(), half.GetProperty("input_group").GetString(), half.GetProperty("origin").GetString()));
        (int code, string refusal) = hosts.B.Mcrd.TryCtl("remove", "--name", "studio@a");
        Assert.Equal(1, code);
        Assert.Contains("is the end of a leg of rule studio of node a", refusal, StringComparison.Ordinal);
        Assert.Equal("[]", hosts.B.Ask(new ControlRequest.ShowConfig()).GetProperty("Config").GetProperty("rules").GetRawText());

        hosts.A.Mcrd.Ctl("remove", "--rule-id", LegHosts.RuleId);
        McrdWaits.Until(() => hosts.B.Mcrd.Rules().Length == 0, () => "the half to go with the rule");
        hosts.Hosts.AwaitWhole();
    }

    /// <summary>Somebody on the way keeps what he sees, changes it, makes it up, and sends it to the leg's port.</summary>
    [Fact]
    public void Datagram_that_is_made_up_altered_or_sent_again_should_be_refused_and_counted_at_both_ends()
    {
        using var hosts = new LegHosts(2, "b");
        hosts.AwaitUp(hosts.B);
        int port = int.Parse(LegHosts.Leg(hosts.A, "b")!.Value.GetProperty("address").GetString()!.Split(':')[1], CultureInfo.InvariantCulture);
        using var wire = new Wire(hosts.B.Place, "mg0");
        byte[][] seen = [.. wire.Take(200, port).Select(frame => new WireDatagram(frame).Payload)];
        Assert.Equal(200, seen.Length);
        Assert.Equal(0, LegHosts.Count(hosts.B, "b", "refused"));
        using NetworkNamespace place = hosts.Hosts.Stranger("10.9.0.50");
        using var stranger = new PayloadSender(place, "10.9.0.50", "10.9.0.2", port);
        Reception attacked = hosts.During(
            () =>
            {
                stranger.Send(seen); // again
                stranger.Send(seen.Select((payload, i) => Changed(payload, (i * 7) % payload.Length))); // every byte of it in turn, header and payload
                stranger.Send(Enumerable.Range(0, 100).Select(length => new byte[length]));
            },
            () => McrdWaits.Until(() => LegHosts.Count(hosts.B, "b", "refused") == 500 && LegHosts.Count(hosts.A, "b", "refused") == 500, () => $"500 refused: {LegHosts.Leg(hosts.A, "b")} {LegHosts.Leg(hosts.B, "b")}"));
        output.WriteLine($"{attacked}; {LegHosts.Leg(hosts.B, "b")}");
        Assert.Equal((0, 0), (attacked.Lost, attacked.Doubled));
        Assert.Equal(0, LegHosts.Count(hosts.B, "b", "lost"));
        Assert.True(hosts.B.Ask(new ControlRequest.Stats()).GetRawText().Contains("leg_refused", StringComparison.Ordinal) || hosts.B.Ask(new ControlRequest.Interfaces()).GetRawText().Contains("leg_refused", StringComparison.Ordinal), "a drop reason of its own");
        foreach (JsonElement each in new[] { hosts.A, hosts.B }.SelectMany(h => h.Ask(new ControlRequest.Events { Last = "200" }).GetProperty("Events").GetProperty("events").EnumerateArray()).Where(e => e.GetProperty("kind").GetString() == "leg"))
            output.WriteLine($"{each}");
        (int code, string text) = (1, hosts.A.Ask(new ControlRequest.ClusterLeg { Node = "b", From = "a", Rule = "studio", Output = "239.2.2.2:6000 on out0", Instance = "0123456789abcdef" }).GetRawText());
        Assert.Equal((1, """{"Error":{"problems":[{"field":null,"sentence":"only the mcrd of another node may ask for the key of a leg"}]}}"""), (code, text));
    }

    /// <summary>What the path loses is what the end says, to the datagram.</summary>
    [Fact]
    public void Loss_on_the_way_should_be_counted_as_it_is()
    {
        using var hosts = new LegHosts(2, "b");
        hosts.AwaitUp(hosts.B);
        long before = LegHosts.Count(hosts.B, "b", "lost");
        Assert.Equal(0, before);
        Reception cut = hosts.During(
            () =>
            {
                hosts.Hosts.CutManagement(hosts.B);
                long received = hosts.Recorder.Latest;
                McrdWaits.Until(() => LegHosts.Count(hosts.A, "b", "sent") > received + 5_000, () => "a to send on");
                hosts.Hosts.HealManagement(hosts.B);
            },
            () => hosts.AwaitUp(hosts.B));
        McrdWaits.Until(() => LegHosts.Count(hosts.A, "b", "lost") == cut.Lost, () => $"a to know of {cut.Lost}: {LegHosts.Leg(hosts.A, "b")}");
        output.WriteLine($"{cut}; {LegHosts.Leg(hosts.B, "b")}");
        Assert.True(cut.Lost > 1_000);
        Assert.Equal(cut.Lost, LegHosts.Count(hosts.B, "b", "lost"));
    }

    /// <summary>Each end's mcrd dies and comes back, then each end's worker, then each host.</summary>
    [Fact]
    public void Whatever_dies_should_go_on_where_it_was_or_begin_anew_with_another_key()
    {
        using var hosts = new LegHosts(2, "b");
        hosts.AwaitUp(hosts.B);
        foreach (ClusterHost host in new[] { hosts.A, hosts.B })
        {
            Reception alone = hosts.During(
                () =>
                {
                    host.Mcrd.Kill();
                    host.Mcrd.StartAgain();
                },
                () => hosts.AwaitUp(hosts.B));
            output.WriteLine($"mcrd of {host.Name}: {alone}; {LegHosts.Leg(hosts.B, "b")}");
            Assert.Equal((0, 0), (alone.Lost, alone.Doubled));
        }

        foreach (ClusterHost host in new[] { hosts.A, hosts.B })
        {
            int worker = Assert.Single(host.Mcrd.WorkerPids());
            Reception restarted = hosts.During(() => _ = Libc.kill(worker, Libc.SIGKILL), () => hosts.AwaitUp(hosts.B));
            output.WriteLine($"worker of {host.Name}: {restarted}; {LegHosts.Leg(hosts.B, "b")}");
            Assert.Equal(0, restarted.Doubled);
            Assert.Equal(0, LegHosts.Count(hosts.B, "b", "refused"));
        }

        foreach (ClusterHost host in new[] { hosts.A, hosts.B })
        {
            int[] all = RedundantHosts.ProcessesOf(host);
            Reception died = hosts.During(
                () =>
                {
                    RedundantHosts.Signal(all, Libc.SIGKILL);
                    host.Mcrd.WaitUntilGone();
                    host.Mcrd.StartAgain();
                },
                () => hosts.AwaitUp(hosts.B));
            output.WriteLine($"host {host.Name}: {died}; {LegHosts.Leg(hosts.B, "b")}");
            Assert.Equal(0, died.Doubled);
        }
    }

    [Fact]
    public void Leg_should_move_with_the_address_at_its_end()
    {
        using var hosts = new LegHosts(2, "b", "  cluster.legs.interface = in0");
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

    /// <summary>With the header it does not fit, so the kernel cuts it, and the other end puts it together.</summary>
    [Fact]
    public void Payload_that_does_not_fit_with_the_header_should_come_all_the_same_and_be_counted()
    {
        using var hosts = new LegHosts(2, "b", rate: 1_000, size: 1_450);
        hosts.AwaitUp(hosts.B);
        hosts.Recorder.AwaitMore(1_000);
        Reception calm = hosts.Recorder.Between(hosts.Recorder.Latest - 900, hosts.Recorder.Latest - 1);
        Assert.Equal((0, 0), (calm.Lost, calm.Doubled));
        McrdWaits.Until(() => LegHosts.Count(hosts.B, "b", "fragmented") > 1_000, () => $"fragments: {LegHosts.Leg(hosts.B, "b")}");
        output.WriteLine($"{LegHosts.Leg(hosts.B, "b")}");
        Assert.Equal(0, LegHosts.Count(hosts.B, "b", "lost"));
    }

    private static string? Forwarder(ClusterHost host)
    {
        JsonElement status = host.Ask(new ControlRequest.ClusterStatus()).GetProperty("ClusterStatus");
        return status.TryGetProperty("redundant", out JsonElement rules) && rules.GetArrayLength() == 1 ? string.Join('+', rules[0].GetProperty("forwarding").EnumerateArray().Select(f => f.GetString())) : null;
    }

    private static byte[] Changed(byte[] payload, int at)
    {
        byte[] changed = [.. payload];
        changed[at] ^= 1;
        return changed;
    }
}

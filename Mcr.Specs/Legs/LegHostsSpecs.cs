using System.Globalization;
using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;
using Mcr.Specs.Cluster;
using Mcr.Specs.Redundancy;

namespace Mcr.Specs.Legs;

/// <summary>Legs between real relays: processes, namespaces, packets.</summary>
[Collection(SerialPackets.Name)]
public sealed class LegHostsSpecs(LegHostsSpecs.Pair pair, ITestOutputHelper output) : IClassFixture<LegHostsSpecs.Pair>
{
    [Fact]
    public void Output_of_another_node_should_be_one_rule_of_which_both_ends_tell()
    {
        LegHosts hosts = pair.Hosts;
        hosts.AwaitUp(hosts.B);
        Reception calm = hosts.During(() => { }, () => McrdWaits.Until(() => LegHosts.Count(hosts.A, "b", "received") > 2 * LegHosts.Rate, () => $"a to hear what b receives: {LegHosts.Leg(hosts.A, "b")}"));
        Assert.Equal((0, 0), (calm.Lost, calm.Doubled));
        foreach (ClusterHost host in new[] { hosts.A, hosts.B })
        {
            JsonElement leg = LegHosts.Leg(host, "b")!.Value;
            output.WriteLine($"{host.Name}: {leg}");
            Assert.Equal(("studio", "a", "b", "239.2.2.2:6000 on out0", 1424), (leg.GetProperty("rule_id").GetString(), leg.GetProperty("from").GetString(), leg.GetProperty("to").GetString(), leg.GetProperty("output").GetString(), leg.GetProperty("max_payload").GetInt32()));
            Assert.Equal((calm.Sent > 0, 0), (leg.GetProperty("received").GetInt64() > LegHosts.Rate, leg.GetProperty("reordered").GetInt64()));
            Assert.InRange(leg.GetProperty("latency").GetProperty("mean").GetInt64(), 0, 1_000_000);
            Assert.Equal("both nodes have the same clock", leg.GetProperty("clocks").GetString());
        }

        JsonElement half = Assert.Single(hosts.B.Mcrd.Rules());
        output.WriteLine($"{half}");
        Assert.Equal(("studio@a", "Active", "10.9.0.2", "leg from node a"), (half.GetProperty("name").GetString(), half.GetProperty("status").GetString(), half.GetProperty("input_group").GetString(), half.GetProperty("origin").GetString()));
    }

    /// <summary>Somebody on the way keeps what he sees, changes it, makes it up, and sends it to the leg's port.</summary>
    [Fact]
    public void Datagram_that_is_made_up_altered_or_sent_again_should_be_refused_and_counted_at_both_ends()
    {
        LegHosts hosts = pair.Hosts;
        hosts.AwaitUp(hosts.B);
        int port = int.Parse(LegHosts.Leg(hosts.A, "b")!.Value.GetProperty("address").GetString()!.Split(':')[1], CultureInfo.InvariantCulture);
        using var wire = new Wire(hosts.B.Place, "mg0");
        byte[][] seen = [.. wire.Take(200, port).Take(200).Select(frame => new WireDatagram(frame).Payload)];
        Assert.Equal(200, seen.Length);
        hosts.AwaitCounts();
        (long refused, long lost) = (LegHosts.Count(hosts.B, "b", "refused"), LegHosts.Count(hosts.B, "b", "lost"));
        using NetworkNamespace place = hosts.Hosts.Stranger("10.9.0.50");
        place.Ip($"neigh replace 10.9.0.2 lladdr {AddressOf(hosts.B)} dev mg0 nud permanent"); // else most of them would be lost while the kernel asks who has the address
        using var stranger = new PayloadSender(place, "10.9.0.50", "10.9.0.2", port);
        Reception attacked = hosts.During(
            () =>
            {
                stranger.Send(seen); // again
                stranger.Send(seen.Select((payload, i) => Changed(payload, (i * 7) % payload.Length))); // every byte of it in turn, header and payload
                stranger.Send(Enumerable.Range(0, 100).Select(length => new byte[length]));
            },
            () => McrdWaits.Until(() => LegHosts.Count(hosts.B, "b", "refused") == refused + 500 && LegHosts.Count(hosts.A, "b", "refused") == refused + 500, () => $"500 more than {refused} refused: {LegHosts.Leg(hosts.A, "b")} {LegHosts.Leg(hosts.B, "b")}"));
        output.WriteLine($"{attacked}; {LegHosts.Leg(hosts.B, "b")}");
        Assert.Equal((0, 0), (attacked.Lost, attacked.Doubled));
        Assert.Equal(lost, LegHosts.Count(hosts.B, "b", "lost"));
        Assert.True(hosts.B.Ask(new ControlRequest.Stats()).GetRawText().Contains("leg_refused", StringComparison.Ordinal) || hosts.B.Ask(new ControlRequest.Interfaces()).GetRawText().Contains("leg_refused", StringComparison.Ordinal), "a drop reason of its own");
        hosts.B.Mcrd.Process.WaitForLine("came to the leg of rule studio of node a at port ");
        string text = hosts.A.Ask(new ControlRequest.ClusterLeg { Node = "b", From = "a", Rule = "studio", Output = "239.2.2.2:6000 on out0", Instance = "0123456789abcdef" }).GetRawText();
        Assert.Equal("""{"Error":{"problems":[{"field":null,"sentence":"only the mcrd of another node may ask for the key of a leg"}]}}""", text);
    }

    /// <summary>What the path loses is what the end says, to the datagram.</summary>
    [Fact]
    public void Loss_on_the_way_should_be_counted_as_it_is()
    {
        LegHosts hosts = pair.Hosts;
        hosts.AwaitUp(hosts.B);
        hosts.AwaitCounts();
        long before = LegHosts.Count(hosts.B, "b", "lost");
        Reception cut = hosts.During(
            () =>
            {
                hosts.Hosts.CutManagement(hosts.B);
                for (int i = 0; i < 2; i++) // what was said of it before the cut, and since
                {
                    long sent = LegHosts.Count(hosts.A, "b", "sent");
                    McrdWaits.Until(() => LegHosts.Count(hosts.A, "b", "sent") > sent, () => "a to send on");
                }

                hosts.Hosts.HealManagement(hosts.B);
            },
            () => hosts.AwaitUp(hosts.B));
        McrdWaits.Until(() => LegHosts.Count(hosts.A, "b", "lost") == before + cut.Lost, () => $"a to know of {cut.Lost}: {LegHosts.Leg(hosts.A, "b")}");
        output.WriteLine($"{cut}; {LegHosts.Leg(hosts.B, "b")}");
        Assert.True(cut.Lost > 1_000);
        Assert.Equal(before + cut.Lost, LegHosts.Count(hosts.B, "b", "lost"));
    }

    /// <summary>Each end's mcrd dies and comes back, then each end's worker, then each host.</summary>
    [Fact]
    public void Whatever_dies_should_go_on_where_it_was_or_begin_anew_with_another_key()
    {
        LegHosts hosts = pair.Hosts;
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

        hosts.AwaitCounts();
        long refused = LegHosts.Count(hosts.B, "b", "refused");
        foreach (ClusterHost host in new[] { hosts.A, hosts.B })
        {
            int worker = Assert.Single(host.Mcrd.WorkerPids());
            Reception restarted = hosts.During(() => _ = Libc.kill(worker, Libc.SIGKILL), () => hosts.AwaitUp(hosts.B));
            output.WriteLine($"worker of {host.Name}: {restarted}; {LegHosts.Leg(hosts.B, "b")}");
            Assert.Equal(0, restarted.Doubled);
            McrdWaits.Until(() => LegHosts.Count(hosts.B, "b", "refused") == refused, () => $"{refused} refused, as before: {LegHosts.Leg(hosts.B, "b")}");
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

    private static string AddressOf(ClusterHost host) => host.Place.Run(() => LinkReader.Read().TryGet("mg0", out Link? link) ? string.Join(':', link.LinkAddress.ToString("x12", CultureInfo.InvariantCulture).Chunk(2).Select(two => new string(two))) : "");

    private static byte[] Changed(byte[] payload, int at)
    {
        byte[] changed = [.. payload];
        changed[at] ^= 1;
        return changed;
    }

    /// <summary>Started once for all specs of the class.</summary>
    public sealed class Pair : IDisposable
    {
        internal LegHosts Hosts { get; } = new(2, "b");

        public void Dispose() => Hosts.Dispose();
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Cluster;

/// <summary>Three real mcrds in three namespaces: what happens to the network between them, and to them, costs no datagram and no rule.</summary>
[Collection(SerialPackets.Name)]
public sealed class ThreeHostsSpecs(ITestOutputHelper output)
{
    [Fact]
    public void Cuts_heals_kills_restarts_and_freezes_should_cost_no_datagram_and_no_rule()
    {
        using var hosts = new ThreeHosts();
        Timed("all three started at once", () => hosts.Start());
        using var traffic = new HostsTraffic(hosts);
        traffic.AwaitRelayed();
        Ok(hosts.A.Ask(ClusterHost.Rule(0, "239.3.0.1", "b")));
        Ok(hosts.A.Ask(ClusterHost.Rule(1, "239.3.0.2", "b")));
        hosts.AwaitAgreed();

        // The management network is cut, and rules are changed on both sides: of the other side, of the own, and one of both.
        hosts.CutManagement(hosts.B);
        Timed("b cut off, noticed by a and c", () => McrdWaits.Until(() => !hosts.A.CanReach(hosts.B) && !hosts.C.CanReach(hosts.B) && !hosts.B.CanReach(hosts.A), "the cut to be noticed"));
        Assert.Contains("cannot be reached", Ok(hosts.A.Ask(ClusterHost.Rule(2, "239.3.0.3", "b"))), StringComparison.Ordinal);
        Assert.Contains("cannot be reached", Ok(hosts.C.Ask(ClusterHost.Rule(3, "239.3.0.4", "b"))), StringComparison.Ordinal);
        Ok(hosts.A.Ask(new ControlRequest.Remove { Node = "b", RuleId = Id(hosts.A, 0) }));
        Ok(hosts.A.Ask(ClusterHost.Rule(1, "239.3.9.1", "b")));
        Ok(hosts.B.Ask(ClusterHost.Rule(1, "239.3.9.2")));
        Ok(hosts.B.Ask(ClusterHost.Rule(4, "239.3.0.5")));
        Ok(hosts.C.Ask(ClusterHost.Rule(5, "239.3.0.6")));
        // Left to TCP they would stay, and it would try again after twice the time each time, so that a long cut healed late.
        McrdWaits.Until(() => new[] { hosts.A, hosts.C }.All(other => !hosts.B.IsConnectedTo(other) && !other.IsConnectedTo(hosts.B)), "connections on which nothing comes to be given up");
        hosts.HealManagement(hosts.B);
        Assert.InRange(Timed("converged after the heal", () => Converge(hosts)), 0, 3);
        string[] ofB = [.. hosts.A.ClusterRules().Where(r => r.GetProperty("node").GetString() == "b").Select(r => r.GetProperty("rule_id").GetString()!)];
        Assert.Equal<string[]>(Ids([1, 2, 3, 4]), [.. ofB.Where(id => id != Own(hosts.B)).Order()]);
        Assert.Contains(hosts.A.ClusterRules(), r => r.GetProperty("rule_id").GetString() == IdOf(1) && r.TryGetProperty("conflicts", out JsonElement _));
        foreach (ClusterHost host in hosts.All)
            Assert.Contains(host.Ask(new ControlRequest.Events { Last = "1000" }).GetProperty("Events").GetProperty("events").EnumerateArray(), e => e.GetProperty("kind").GetString() == "rule-conflict");

        // One way only.
        ThreeHosts.CutOneWay(hosts.C, hosts.A);
        Timed("c's way to a cut, noticed", () => McrdWaits.Until(() => !hosts.A.CanReach(hosts.C), "the one-way cut to be noticed"));
        Ok(hosts.A.Ask(ClusterHost.Rule(6, "239.3.0.7")));
        ThreeHosts.HealOneWay(hosts.C, hosts.A);
        Assert.InRange(Timed("converged after the one-way cut", () => Converge(hosts)), 0, 3);

        // Killed, and started again while its workers relay on.
        hosts.B.Mcrd.Kill();
        McrdWaits.Until(() => !hosts.A.CanReach(hosts.B), "a to miss b");
        Ok(hosts.A.Ask(ClusterHost.Rule(7, "239.3.0.8", "b")));
        hosts.B.Mcrd.StartAgain();
        Timed("b killed: whole again after it was ready", () => Converge(hosts));
        Assert.Contains(IdOf(7), hosts.B.Mcrd.Rules().Select(r => r.GetProperty("rule_id").GetString()));

        // One after another, as an upgrade does it.
        foreach (ClusterHost host in hosts.All)
        {
            host.Mcrd.Ctl("upgrade-hold");
            host.Mcrd.WaitUntilGone();
            host.Mcrd.StartAgain();
            Timed($"{host.Name} restarted: whole again after it was ready", () => Converge(hosts));
        }

        // Frozen, and thawed.
        hosts.C.Mcrd.Process.Signal(Libc.SIGSTOP);
        McrdWaits.Until(() => !hosts.A.CanReach(hosts.C), "a to miss c");
        Thread.Sleep(TimeSpan.FromSeconds(5)); // as long as the freeze is to be
        hosts.C.Mcrd.Process.Signal(Libc.SIGCONT);
        Timed("c frozen for 5 s: whole again after the thaw", () => Converge(hosts));

        // All three killed at once.
        string before = hosts.A.RulesOfAll();
        Assert.DoesNotContain("hangs", hosts.C.Mcrd.Process.Output, StringComparison.Ordinal); // who was frozen himself does not blame his workers
        foreach (ClusterHost host in hosts.All)
            host.Mcrd.Kill();
        foreach (ClusterHost host in hosts.All)
            host.Mcrd.StartAgain();
        Timed("all killed at once: whole again after the last was ready", () => Converge(hosts));
        Assert.Equal(before, hosts.A.RulesOfAll());
        traffic.Check(output);
    }

    [Fact]
    public void Rules_of_another_node_should_be_there_in_time()
    {
        using var hosts = new ThreeHosts();
        hosts.Start();
        using var arrivals = new Arrivals(hosts.Destination, "239.3.0.1", 6000, "10.2.0.100");
        using var sender = new SteadySender(hosts.Source, "10.1.0.100", "239.1.2.1", 5000);
        var times = new List<double>();
        for (int i = 0; i < 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Ok(hosts.A.Ask(ClusterHost.Rule(0, "239.3.0.1", "b")));
            times.Add(arrivals.FirstAfter(start).TotalMilliseconds);
            Ok(hosts.C.Ask(new ControlRequest.Remove { Node = "b", RuleId = IdOf(0) }));
            hosts.B.Mcrd.AwaitQuiet();
        }

        output.WriteLine($"from a's command to b's first datagram: {string.Join(", ", times.Select(t => $"{t:F0} ms"))}");
        Assert.InRange(times.Order().ElementAt(2), 0, 150);

        long began = Stopwatch.GetTimestamp();
        JsonElement answer = hosts.A.Ask(new ControlRequest.ChangeRules { Node = "b", Rules = [.. Enumerable.Range(0, 2000).Select(i => ClusterHost.Rule(i, $"239.{4 + (i / 250)}.0.{1 + (i % 250)}"))] });
        output.WriteLine($"2,000 rules for b asked of a, answered after {Stopwatch.GetElapsedTime(began).TotalSeconds:F2} s: {answer.GetProperty("Changes").GetProperty("sentence")}");
        McrdWaits.Until(() => hosts.All.All(h => h.ClusterRules().Length == 2003), "2,000 rules to be known to all");
        double all = Stopwatch.GetElapsedTime(began).TotalSeconds;
        output.WriteLine($"known to all after {all:F2} s");
        Assert.InRange(all, 0, 3);
    }

    [Fact]
    public void Strangers_and_garbage_should_be_refused_and_harm_nobody()
    {
        using var hosts = new ThreeHosts();
        hosts.Start();
        using var traffic = new HostsTraffic(hosts);
        traffic.AwaitRelayed();
        DirectoryInfo other = Directory.CreateTempSubdirectory("mcr-spec-stranger-");
        try
        {
            ThreeHosts.MakeCertificates(other.FullName, "c,d");
            using (NetworkNamespace place = hosts.Stranger("10.9.0.101"))
            {
                // A node of another authority, that dials.
                using (McrdProcess stranger = McrdProcess.StartReady(place, "", ClusterHost.SettingsOf("d", "10.9.0.101:4053", other.FullName)))
                {
                    output.WriteLine(stranger.Process.WaitForLine("seed akka.ssl.tcp://mcr@10.9.0.1:4053 is not there"));
                    output.WriteLine(hosts.A.Mcrd.Process.WaitForLine("is refused as a node"));
                    McrdWaits.Until(() => stranger.Ask(new ControlRequest.ClusterStatus()).GetProperty("ClusterStatus").GetProperty("members").GetArrayLength() == 1, "the stranger to be alone");
                }

                long start = Stopwatch.GetTimestamp();
                Garbage(place);
                output.WriteLine($"1,000 connections with garbage: {Stopwatch.GetElapsedTime(start).TotalSeconds:F2} s");
            }

            hosts.AwaitWhole();
            Assert.All(hosts.All, h => Assert.Equal(0, h.Ask(new ControlRequest.ClusterStatus()).GetProperty("ClusterStatus").GetProperty("restarts").GetInt32()));

            // One that sits where c was, so that a and b dial it: that ends their part of the cluster, and they are back without it.
            hosts.C.Mcrd.Kill();
            hosts.C.Place.Ip("address del 10.9.0.3/24 dev mg0");
            using (NetworkNamespace place = hosts.Stranger("10.9.0.3"))
            {
                using McrdProcess stranger = McrdProcess.StartReady(place, "", ClusterHost.SettingsOf("c", "10.9.0.3:4053", other.FullName));
                output.WriteLine(hosts.A.Mcrd.Process.WaitForLine("this node's part of the cluster has ended"));
                Timed("a and b one again, without the stranger", () => McrdWaits.Until(() => hosts.A.CanReach(hosts.B) && hosts.B.CanReach(hosts.A) && !hosts.A.CanReach(hosts.C), "a and b to be one again"));
                Ok(hosts.A.Ask(ClusterHost.Rule(0, "239.3.0.1", "b")));
            }

            hosts.C.Place.Ip("address add 10.9.0.3/24 dev mg0");
            hosts.C.Mcrd.StartAgain();
            Timed("c back in its place", () => Converge(hosts));
        }
        finally
        {
            other.Delete(recursive: true);
        }

        string[] loud = [.. hosts.All.SelectMany(h => h.Mcrd.Process.Output.Split('\n')).Where(l => l.Contains(" ERROR ", StringComparison.Ordinal) || l.Contains("SSL/TLS record", StringComparison.Ordinal))];
        Assert.Empty(loud); // a stranger does not fill anybody's log
        traffic.Check(output);
    }

    /// <summary>Whom Akka would have the others wait for: one that is cut off holds up one that starts anew.</summary>
    [Fact]
    public void Node_that_starts_anew_while_another_is_cut_off_should_be_back_and_so_should_the_other()
    {
        using var hosts = new ThreeHosts();
        hosts.Start();
        using var traffic = new HostsTraffic(hosts);
        traffic.AwaitRelayed();
        Ok(hosts.A.Ask(ClusterHost.Rule(0, "239.3.0.1", "b")));
        hosts.AwaitAgreed();
        hosts.CutManagement(hosts.C);
        McrdWaits.Until(() => !hosts.A.CanReach(hosts.C) && !hosts.B.CanReach(hosts.C), "the cut to be noticed");
        hosts.B.Mcrd.Kill();
        string saved = Path.Combine(hosts.B.Mcrd.StateDirectory, "rules.json");
        File.WriteAllText(saved, "{ \"version\": 1, \"rules\": [ {");
        Ok(hosts.C.Ask(ClusterHost.Rule(1, "239.3.0.2", "b")));
        hosts.B.Mcrd.StartAgain();
        Timed("b started anew while c is cut off: one with a", () => McrdWaits.Until(() => hosts.A.CanReach(hosts.B) && hosts.B.CanReach(hosts.A), () => "b to be back: " + hosts.B.Describe() + hosts.A.Describe()));
        McrdWaits.Until(() => hosts.B.Mcrd.Rules().Any(r => r.GetProperty("rule_id").GetString() == IdOf(0)), "b to get the rule back that it could not read");
        hosts.HealManagement(hosts.C);
        Timed("c healed: whole again", () => Converge(hosts));
        Assert.Equal<string[]>([.. Ids([0, 1]).Append(Own(hosts.B)).Order()], [.. hosts.B.Mcrd.Rules().Select(r => r.GetProperty("rule_id").GetString()!).Order()]);

        // An operator strikes off one that is away, and it comes back all the same.
        hosts.CutManagement(hosts.C);
        McrdWaits.Until(() => !hosts.A.CanReach(hosts.C), "the cut to be noticed");
        Assert.Contains("can be reached", hosts.A.Ask(new ControlRequest.ClusterDown { Member = "b" }).GetRawText(), StringComparison.Ordinal);
        Ok(hosts.A.Ask(new ControlRequest.ClusterDown { Member = "c" }));
        McrdWaits.Until(() => hosts.A.Member("c") is { } c && c.GetProperty("status").GetString() == "Absent", "c to be struck off");
        hosts.HealManagement(hosts.C);
        Timed("c struck off and healed: whole again", () => Converge(hosts));

        // One leaves and comes back, when it is told so.
        Ok(hosts.B.Ask(new ControlRequest.ClusterLeave()));
        McrdWaits.Until(() => hosts.A.Member("b") is { } b && b.GetProperty("status").GetString() == "Absent", "b to have left");
        Ok(hosts.A.Ask(ClusterHost.Rule(2, "239.3.0.3", "b")));
        Ok(hosts.B.Ask(new ControlRequest.ClusterJoin()));
        Timed("b told to join: whole again", () => Converge(hosts));
        Assert.Contains(IdOf(2), hosts.B.Mcrd.Rules().Select(r => r.GetProperty("rule_id").GetString()));
        traffic.Check(output);
    }

    private static void Garbage(NetworkNamespace place)
    {
        var random = new Random(17);
        byte[] garbage = new byte[4096];
        for (int i = 0; i < 1000; i++)
        {
            random.NextBytes(garbage);
            using var socket = place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            socket.Connect(IPAddress.Parse($"10.9.0.{1 + (i % 3)}"), ThreeHosts.Port);
            try
            {
                socket.Send(garbage.AsSpan(0, random.Next(garbage.Length)));
            }
            catch (SocketException)
            {
                // It has hung up already.
            }
        }
    }

    private static string Id(ClusterHost host, int input) => IdOf(input) is var id && host.ClusterRules().Any(r => r.GetProperty("rule_id").GetString() == id) ? id : throw new InvalidOperationException($"{host.Name} does not know rule {id}");

    private static string IdOf(int input) => Mcr.Native.Rules.RuleParser.Parse(ControlViews.Draft(ClusterHost.Rule(input, "239.3.0.1")), out _)!.Id.Value;

    private static string Own(ClusterHost host) => host.ClusterRules().Single(r => r.GetProperty("node").GetString() == host.Name && r.GetProperty("name").GetString() == $"own-{host.Name}").GetProperty("rule_id").GetString()!;

    private static string[] Ids(int[] inputs) => [.. inputs.Select(IdOf).Order()];

    private static void Converge(ThreeHosts hosts)
    {
        hosts.AwaitAgreed();
        hosts.AwaitWhole();
    }

    private double Timed(string what, Action wait)
    {
        long start = Stopwatch.GetTimestamp();
        wait();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        output.WriteLine($"{what}: {seconds:F2} s");
        return seconds;
    }

    private static string Ok(JsonElement answer) => answer.TryGetProperty("Success", out JsonElement sentence) ? sentence.GetString()! : throw new InvalidOperationException(answer.GetRawText());
}

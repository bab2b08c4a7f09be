using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;
using Mcr.Specs.Cluster;

namespace Mcr.Specs.Redundancy;

/// <summary>Real relays, processes and packets, where something is not as a takeover by the data wants it.</summary>
public sealed class RedundantHostsSpecs(ITestOutputHelper output)
{
    /// <summary>A switch that does not send the group to the standby.</summary>
    [Fact]
    public void Standby_that_hears_nobody_should_say_so_and_take_over_by_what_the_cluster_knows()
    {
        using var hosts = new RedundantHosts(2, prepare: h => h.Deafen(h.B));
        hosts.AwaitForwarding("a", "b");
        McrdWaits.Until(() => Warning(hosts.Of("b")) is not null, () => "a warning");
        Assert.StartsWith("node b has not heard what a sends to 239.2.2.2:6000 on out0", Warning(hosts.Of("b")), StringComparison.Ordinal);
        Reception calm = hosts.During(() => { }, () => hosts.Recorder.AwaitMore(3 * RedundantHosts.Rate));
        Assert.Equal((0, 0), (calm.Lost, calm.Doubled));
        int[] owner = RedundantHosts.ProcessesOf(hosts.Of("a"));
        Reception died = hosts.During(() => RedundantHosts.Signal(owner, Libc.SIGKILL), () => hosts.AwaitForwarding("b"));
        output.WriteLine($"died: {died}");
        Assert.InRange(died.Silence.TotalSeconds, 0, 10);
        Reception back = hosts.During(() => hosts.Of("a").Mcrd.StartAgain(), () => hosts.AwaitForwarding("a", "b"));
        output.WriteLine($"back: {back}");
        Assert.Equal(0, back.Lost);
        Assert.InRange(back.Doubled, 0, 3 * RedundantHosts.Rate); // until the cluster says so
    }

    /// <summary>Each node merges the feeds for itself, and one of them forwards what it has made of them.</summary>
    [Fact]
    public void Merge_of_several_inputs_should_be_taken_over_as_a_stream_of_one_is()
    {
        using var hosts = new RedundantHosts(2, input: "inputs = [ { interface = in0, group = \"239.1.1.1\", port = 5000 }, { interface = in0, group = \"239.1.1.9\", port = 5000 } ], select = \"merge,by=sequence offset=4 width=64\"");
        hosts.AwaitForwarding("a", "b");
        Reception calm = hosts.During(() => { }, () => hosts.Recorder.AwaitMore(RedundantHosts.Rate));
        Assert.Equal((0, 0), (calm.Lost, calm.Doubled));
        int[] owner = RedundantHosts.ProcessesOf(hosts.Of("a"));
        Reception died = hosts.During(() => RedundantHosts.Signal(owner, Libc.SIGKILL), () => hosts.AwaitForwarding("b"));
        output.WriteLine($"died: {died}");
        Assert.InRange(died.Silence.TotalMilliseconds, 0, 250);
        Assert.Equal(0, died.Doubled);
        Reception back = hosts.During(() => hosts.Of("a").Mcrd.StartAgain(), () => hosts.AwaitForwarding("a", "b"));
        output.WriteLine($"back: {back}");
        Assert.Equal(0, back.Lost);
        Assert.InRange(back.Doubled, 0, RedundantHosts.Rate / 100);
    }

    /// <summary>To the cluster both look the same: two forward, and neither hears the other. Only of one segment both datagrams reach the same receivers.</summary>
    [Fact]
    public void Segment_that_echoes_no_more_should_have_one_forwarder_and_one_that_is_cut_two()
    {
        using var hosts = new RedundantHosts(2);
        ClusterHost b = hosts.Of("b");
        hosts.AwaitForwarding("a", "b");
        Reception deaf = hosts.During(() => hosts.Hosts.Deafen(b), () => b.Mcrd.Process.WaitForLine("does not hear a on the output although the segment is one"));
        output.WriteLine($"deaf: {deaf}");
        hosts.AwaitForwarding("a", "b");
        Assert.Equal(0, deaf.Lost);
        Assert.InRange(deaf.Doubled, 1, 3 * RedundantHosts.Rate);
        hosts.Hosts.Undeafen(b);
        McrdWaits.Until(() => Warning(b) is null, () => "b to hear a again");
        using NetworkNamespace island = hosts.Hosts.Isolate(b);
        using var recorder = new SequenceRecorder(island, "10.2.0.101", RedundantHosts.Group, 6000);
        b.Mcrd.Process.WaitForLine("the output's segment is cut between nodes a and b");
        recorder.AwaitMore(2 * RedundantHosts.Rate); // longer than what would end it
        Reception served = recorder.Between(recorder.Latest - RedundantHosts.Rate, recorder.Latest - 1);
        output.WriteLine($"the island: {served}");
        Assert.Equal((0, 0), (served.Lost, served.Doubled));
        Assert.True(hosts.Forwards("a") && hosts.Forwards("b"));
        Reception healed = hosts.During(() => hosts.Hosts.Rejoin(b), () => hosts.AwaitForwarding("a", "b"));
        output.WriteLine($"healed: {healed}");
        Assert.Equal(0, healed.Lost);
        Assert.InRange(healed.Doubled, 0, RedundantHosts.Rate / 10);
    }

    /// <summary>Nodes that cannot talk to each other do not know who the other is, and must not take it for nobody.</summary>
    [Fact]
    public void Node_that_begins_while_the_management_network_is_cut_should_leave_the_other_one_alone()
    {
        using var hosts = new RedundantHosts(2, "revert = off");
        (ClusterHost a, ClusterHost b) = (hosts.Of("a"), hosts.Of("b"));
        hosts.AwaitForwarding("a", "b");
        hosts.Hosts.CutManagement(b);
        b.Mcrd.Stop();
        Reception alone = hosts.During(
            () => b.Mcrd.StartAgain(),
            () =>
            {
                McrdWaits.Until(() => RedundantHosts.Entry(b) is { ValueKind: JsonValueKind.Object }, () => "b to have the rule");
                hosts.Recorder.AwaitMore(8 * RedundantHosts.Rate); // longer than it waits for others
            });
        output.WriteLine($"cut off: {alone}");
        Assert.Equal((0, 0), (alone.Lost, alone.Doubled));
        Assert.True(hosts.Forwards("a") && !hosts.Forwards("b"), $"{RedundantHosts.Entry(b)}");
        hosts.Hosts.HealManagement(b);
        hosts.AwaitForwarding("a", "b");
    }

    [Fact]
    public void Rule_that_is_added_or_removed_at_one_node_should_be_so_at_all_that_it_names()
    {
        using var hosts = new RedundantHosts(2);
        (ClusterHost a, ClusterHost b) = (hosts.Of("a"), hosts.Of("b"));
        hosts.AwaitForwarding("a", "b");
        string done = $"{a.Mcrd.Ctl("add", "--rule-id", "more", "--ha", "nodes=a+b,prefer=b", "--input-interface", "in0", "--input-group", "239.1.1.2", "--input-port", "5000", "--outputs", "239.2.2.3:6000:out0")}";
        Assert.Contains("node b: rule more", done, StringComparison.Ordinal);
        Assert.Contains(b.Mcrd.Rules(), r => r.GetProperty("rule_id").GetString() == "more" && r.GetProperty("ha").GetString() == "nodes=a+b,prefer=b");
        McrdWaits.Until(() => a.Mcrd.Rules().Any(r => r.TryGetProperty("redundancy", out JsonElement known) && known.GetProperty("rule_id").GetString() == "more"), () => "a to know of it");
        done = $"{a.Mcrd.Ctl("remove", "--rule-id", "more")}";
        Assert.Contains("node b: rule more", done, StringComparison.Ordinal);
        Assert.DoesNotContain(a.Mcrd.Rules().Concat(b.Mcrd.Rules()), r => r.GetProperty("rule_id").GetString() == "more");
        b.Mcrd.Kill();
        McrdWaits.Until(() => !a.CanReach(b), () => "a to miss b");
        done = $"{a.Mcrd.Ctl("add", "--rule-id", "later", "--ha", "nodes=a+b", "--input-interface", "in0", "--input-group", "239.1.1.3", "--input-port", "5000", "--outputs", "239.2.2.4:6000:out0")}";
        Assert.Contains("node b: rule later of node b is pending", done, StringComparison.Ordinal);
        b.Mcrd.StartAgain();
        McrdWaits.Until(() => b.Mcrd.Rules().Any(r => r.GetProperty("rule_id").GetString() == "later"), () => $"b to get it\n{b.Describe()}");
    }

    private static string? Warning(ClusterHost host) => RedundantHosts.Entry(host) is { ValueKind: JsonValueKind.Object } entry && entry.TryGetProperty("warning", out JsonElement warning) ? warning.GetString() : null;
}

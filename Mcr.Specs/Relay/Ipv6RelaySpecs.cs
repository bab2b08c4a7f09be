namespace Mcr.Specs.Relay;

/// <summary>IPv6 on both sides of a real mcrd: multicast and unicast, merged, fragmented, from one source.</summary>
public sealed class Ipv6RelaySpecs : IDisposable
{
    private readonly RelayTopology _topology = new();

    public Ipv6RelaySpecs()
    {
        // Without duplicate address detection, which would keep the addresses unusable for a second or two.
        _topology.Source.Ip("address add fd71::1/64 dev src0 nodad");
        _topology.Relay.Ip("address add fd71::2/64 dev in0 nodad");
        _topology.Relay.Ip("address add fd72::1/64 dev out0 nodad");
        _topology.Destination.Ip("address add fd72::2/64 dev dst0 nodad");
    }

    public void Dispose() => _topology.Dispose();

    [Theory]
    [InlineData("ff3e::1234", "ff3e::4321", "source = \"fd71::1\"")]
    [InlineData("ff0e::1234", "ff0e::4321", "")]
    [InlineData("ff0e::1234", "fd72::2", "")]
    [InlineData("fd71::2", "ff0e::4321", "")]
    [InlineData("fd71::2", "fd72::2", "")]
    public void Relay_should_translate_group_and_port(string from, string to, string source) => Relay(from, to, source, 2_000, "--rate", "10000", "--size", "1200");

    [Fact]
    public void Merged_frames_should_be_relayed_as_their_datagrams() => Relay("ff0e::1234", "ff0e::4321", "", 45_000, "--rate", "50000", "--size", "1200", "--segments", "45");

    /// <summary>The sender's kernel fragments them, ours puts them together, and the relay's kernel fragments them again.</summary>
    [Fact]
    public void Fragments_should_be_put_together() => Relay("ff0e::1234", "ff0e::4321", "", 500, "--rate", "1000", "--size", "4000");

    [Fact]
    public void Another_source_than_the_named_one_should_not_be_relayed()
    {
        using McrdProcess mcrd = Start("ff3e::1234", "ff3e::4321", "source = \"fd71::99\"");
        StreamSender.Send(_topology.Source, "fd71::1", "ff3e::1234", 5000, 50, "--rate", "1000", "--ttl", "3");
        Assert.Contains("recv=50 matched=0 egr_sent=0 filtered=0 no_match=50", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    private void Relay(string from, string to, string source, int count, params string[] sending)
    {
        using McrdProcess mcrd = Start(from, to, source);
        using var receiver = new StreamReceiver(_topology.Destination, "fd72::2", to, 6000, count, "--sha256");
        Summary sent = StreamSender.Send(_topology.Source, "fd71::1", from, 5000, count, ["--ttl", "3", "--sha256", .. sending]);
        Summary received = receiver.Result();
        Assert.Equal((count, 0, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("duplicated"), received.Number("reordered")));
        Assert.Equal(sent["sha256"], received["sha256"]);
        Assert.Contains($"recv={count} matched={count} egr_sent={count} filtered=0 no_match=0 buf_exhaust=0", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    private McrdProcess Start(string from, string to, string source) => McrdProcess.StartReady(_topology.Relay,
        $$"""{ input { interface = in0, group = "{{from}}", port = 5000, {{source}} }, outputs = [ { interface = out0, group = "{{to}}", port = 6000, ttl = 9 } ] }""");
}

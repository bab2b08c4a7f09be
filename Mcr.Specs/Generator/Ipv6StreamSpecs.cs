using Mcr.Native.Namespaces;

namespace Mcr.Specs.Generator;

/// <summary>mcrgen to mcrgen over a link with IPv6 addresses.</summary>
public sealed class Ipv6StreamSpecs : IDisposable
{
    private readonly NetworkNamespace _sending;
    private readonly NetworkNamespace _receiving;

    public Ipv6StreamSpecs()
    {
        NamespaceSupport.Require();
        _sending = new NetworkNamespace("sending");
        _receiving = new NetworkNamespace("receiving");

        // Without duplicate address detection, which would keep the addresses unusable for a second or two.
        NetworkNamespace.Connect(_sending, "va", "fd77::1/64 nodad", _receiving, "vb", "fd77::2/64 nodad");
        _sending.Ip("address add fe80::77:1/64 dev va nodad");
        _receiving.Ip("address add fe80::77:2/64 dev vb nodad");
    }

    public void Dispose()
    {
        _sending.Dispose();
        _receiving.Dispose();
    }

    [Theory]
    [InlineData("ff3e::1234", "va", "vb", "")]
    [InlineData("ff3e::1234", "va", "vb", "--source fd77::1")]
    [InlineData("FF02::1234", "va", "vb", "")]
    [InlineData("ff3e::1234", "fd77::1", "fd77::2", "")]
    [InlineData("fd77::2", "va", "fd77::2", "")]
    [InlineData("fe80::77:2", "va", "vb", "")]
    public void A_stream_should_arrive_whole(string group, string from, string at, string receiving)
    {
        using var receiver = new StreamReceiver(_receiving, at, group, 5000, 1000, receiving.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Summary sent = StreamSender.Send(_sending, from, group, 5000, 1000, "--rate", "0", "--ttl", "3");

        Assert.Equal(1000, sent.Number("sent"));
        AssertWhole(receiver, 1000);
    }

    [Theory]
    [InlineData("ff3e::1234", true)]
    [InlineData("ff3e::1234", false)]
    [InlineData("fd77::2", true)]
    public void Runs_sent_with_segmentation_should_arrive_merged_or_not(string group, bool merged)
    {
        if (!merged)
        {
            NamespaceSupport.RequireProgram("ethtool");
            _sending.Tool("ethtool", "-K va tx-udp-segmentation off");
        }

        using var receiver = new StreamReceiver(_receiving, "vb", group, 5000, 5000);

        StreamSender.Send(_sending, "va", group, 5000, 5000, "--segments", "45", "--rate", "100000");

        AssertWhole(receiver, 5000);
    }

    [Fact]
    public void A_receiver_should_hear_the_source_it_asked_for_only()
    {
        using var wrong = new StreamReceiver(_receiving, "vb", "ff3e::1234", 5000, 10, "--source", "fd77::9", "--timeout", "0");
        using var right = new StreamReceiver(_receiving, "vb", "ff3e::1234", 5000, 10, "--source", "fd77::1");

        StreamSender.Send(_sending, "va", "ff3e::1234", 5000, 10);

        AssertWhole(right, 10);
        wrong.Process.Terminate();
        Assert.Equal(0, wrong.Result().Number("received"));
    }

    [Theory]
    [InlineData("239.1.1.1", "tos 0xb8")]
    [InlineData("ff3e::1234", "class 0xb8")]
    public void Dscp_should_be_in_the_upper_six_bits(string group, string expected)
    {
        NamespaceSupport.RequireProgram("tcpdump");
        _sending.Ip("address add 10.77.0.1/24 dev va");
        using var capture = new RunningProcess(_receiving, "tcpdump", ["-i", "vb", "-v", "-n", "-l", "-c", "1", "--immediate-mode", "udp", "and", "dst", "host", group]);
        capture.WaitForLine("listening on vb");

        StreamSender.Send(_sending, "va", group, 5000, 1, "--dscp", "46");

        capture.WaitForExit();
        Assert.Contains(expected, capture.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interface_named_by_an_address_of_the_other_family_should_be_refused_with_a_sentence()
    {
        _sending.Ip("address add 10.77.0.1/24 dev va");
        using RunningProcess run = StreamSender.Start(_sending, "10.77.0.1", "ff3e::1234", 5000, 1);

        (int exitCode, _, string error) = run.End();

        Assert.Equal(2, exitCode);
        Assert.Contains("--interface '10.77.0.1' and --group 'ff3e::1234' are of different address families; give the interface's name, or its address of that family", error, StringComparison.Ordinal);
    }

    private static void AssertWhole(StreamReceiver receiver, long count)
    {
        Summary result = receiver.Result();
        Assert.True((result.Number("received"), result.Number("lost"), result.Number("reordered"), result.Number("corrupted")) == (count, 0, 0, 0), result.Line);
    }
}

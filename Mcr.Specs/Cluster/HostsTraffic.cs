namespace Mcr.Specs.Cluster;

/// <summary>10,000 datagrams a second through each of three relays, counted by sequence numbers at the other end.</summary>
internal sealed class HostsTraffic : IDisposable
{
    public const int Rate = 10_000;

    private readonly ThreeHosts _hosts;
    private readonly StreamReceiver[] _receivers;
    private readonly RunningProcess _sender;

    public HostsTraffic(ThreeHosts hosts)
    {
        _hosts = hosts;
        _receivers = [.. hosts.All.Select(h => new StreamReceiver(hosts.Destination, "dst0", h.Group, 6000, null))];
        _sender = StreamSender.Start(hosts.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{Rate}", "--size", "200");
    }

    /// <summary>Until it goes through each of them.</summary>
    public void AwaitRelayed()
    {
        foreach (ClusterHost host in _hosts.All)
            host.Mcrd.AwaitRelayed(Rate);
    }

    /// <summary>Ends it, and fails when a datagram is missing or came twice.</summary>
    public void Check(ITestOutputHelper output)
    {
        _sender.Terminate();
        long sent = StreamSender.Result(_sender).Number("sent");
        foreach (ClusterHost host in _hosts.All)
            host.Mcrd.AwaitQuiet();
        foreach ((ClusterHost host, StreamReceiver receiver) in _hosts.All.Zip(_receivers))
        {
            receiver.Process.Terminate();
            Summary received = receiver.Result();
            output.WriteLine($"through {host.Name}: sent={sent} {received.Line}");
            if (received.Number("received") != sent)
                output.WriteLine(host.Describe()); // what it has to say of it
            Assert.Equal((sent, 0, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("duplicated"), received.Number("reordered")));
        }
    }

    public void Dispose()
    {
        _sender.Dispose();
        foreach (StreamReceiver receiver in _receivers)
            receiver.Dispose();
    }
}

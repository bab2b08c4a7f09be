using Mcr.Native.Namespaces;

namespace Mcr.Specs.Bench;

/// <summary>
/// <code>
///   Source                 Relay                    Destination
///   src0 10.1.0.1 ──── in0 10.1.0.2
///                          out0 10.2.0.1 ──── dst0 10.2.0.2
/// </code>
/// The namespaces have no name on the host and end with the last process in them, so nothing is left behind.
/// </summary>
internal sealed class BenchTopology : IDisposable
{
    public const string Input = "in0";
    public const string Output = "out0";
    public const string InputAddress = "10.1.0.2";
    public const string OutputAddress = "10.2.0.1";
    public const string Group = "239.1.1.1";
    public const int Port = 5000;
    public const int OutputPort = 6000;
    private const string Arrival = "dst0";
    private const int LargeMtu = 9000;
    private const int MtuThatFits = 1500 - 28;

    public BenchTopology(Traffic traffic)
    {
        Traffic = traffic;
        Source = new NetworkNamespace("source");
        Relay = new NetworkNamespace("relay");
        Destination = new NetworkNamespace("destination");
        foreach (NetworkNamespace place in (NetworkNamespace[])[Source, Relay, Destination])
            place.Run(Quiet);
        NetworkNamespace.Connect(Source, "src0", "10.1.0.1/24", Relay, Input, InputAddress + "/24");
        NetworkNamespace.Connect(Relay, Output, OutputAddress + "/24", Destination, Arrival, "10.2.0.2/24");
        Source.Ip("route add 224.0.0.0/4 dev src0");
        Destination.Ip("route add 224.0.0.0/4 dev " + Arrival);
        if (traffic.Size > MtuThatFits)
            foreach ((NetworkNamespace place, string device) in ((NetworkNamespace, string)[])[(Source, "src0"), (Relay, Input), (Relay, Output), (Destination, Arrival)])
                place.Ip($"link set {device} mtu {LargeMtu}");
        if (traffic.Sending != Sending.Merged)
            Source.Tool("ethtool", "-K src0 tx-udp-segmentation off");
        ResetInput();
        if (traffic.CutByOutput)
            Relay.Tool("ethtool", $"-K {Output} tx-udp-segmentation off");
    }

    public Traffic Traffic { get; }

    public NetworkNamespace Source { get; }

    public NetworkNamespace Relay { get; }

    public NetworkNamespace Destination { get; }

    /// <summary>The groups that the relay sends to: 239.2.2.2 and the following.</summary>
    public static IEnumerable<string> OutputGroups(int fanout) => Enumerable.Range(2, fanout).Select(i => $"239.2.2.{i}");

    /// <summary>Datagrams that have arrived at the destination so far. <see cref="DatagramCount"/></summary>
    public long Arrived()
    {
        (long bytes, long frames) = DatagramCount.Parse(Destination.Run(() => File.ReadAllText("/proc/thread-self/net/dev")), Arrival);
        return DatagramCount.Of(bytes, frames, Traffic.Size);
    }

    /// <summary>The relay's input as the traffic wants it, whatever a peer before has made of it (mcrd with gro = on, killed, restores nothing).</summary>
    public void ResetInput()
    {
        string merging = Traffic.Gro ? "on" : "off";
        Relay.Tool("ethtool", $"-K {Input} gro {merging} rx-udp-gro-forwarding {merging}");
    }

    public void Dispose()
    {
        Source.Dispose();
        Relay.Dispose();
        Destination.Dispose();
    }

    /// <summary>No frame but ours: no IPv6 at all. And no reverse path check, for those that relay what the kernel delivers.</summary>
    private static void Quiet()
    {
        foreach (string which in (string[])["all", "default"])
        {
            File.WriteAllText($"/proc/sys/net/ipv4/conf/{which}/rp_filter", "0");
            if (Directory.Exists("/proc/sys/net/ipv6"))
                File.WriteAllText($"/proc/sys/net/ipv6/conf/{which}/disable_ipv6", "1");
        }
    }
}

using Mcr.Native.Namespaces;

namespace Mcr.Host.Mcrd.Demo;

/// <summary>
/// Three throw-away network namespaces, joined by veth pairs. Nothing of it has a name on the host, and the kernel removes it with the last
/// process inside.
/// </summary>
internal sealed class DemoTopology : IDisposable
{
    public const string Group = "239.1.1.1";
    public const int Port = 5000;

    public static readonly DemoStream[] Streams =
    [
        new("out0", "dst0", "239.2.2.2", 6000),
        new("out1", "dst1", "239.3.3.3", 7000),
    ];

    public static readonly string Picture = string.Join(Environment.NewLine,
        "   source                       relay (mcrd)                      destination",
        $"   mcrgen {Group}:{Port} ──▶ src0 ═ in0 ──▶ worker ─┬▶ out0 ═ dst0 ──▶ mcrgen receive {Streams[0].Group}:{Streams[0].Port}",
        $"                                             └▶ out1 ═ dst1 ──▶ mcrgen receive {Streams[1].Group}:{Streams[1].Port}");

    public DemoTopology()
    {
        Source = new NetworkNamespace("source");
        Relay = new NetworkNamespace("relay");
        Destination = new NetworkNamespace("destination");
        NetworkNamespace.Connect(Source, "src0", "10.1.0.1/24", Relay, "in0", "10.1.0.2/24");
        NetworkNamespace.Connect(Relay, Streams[0].Output, "10.2.0.1/24", Destination, Streams[0].Device, "10.2.0.2/24");
        NetworkNamespace.Connect(Relay, Streams[1].Output, "10.3.0.1/24", Destination, Streams[1].Device, "10.3.0.2/24");
    }

    public NetworkNamespace Source { get; }

    public NetworkNamespace Relay { get; }

    public NetworkNamespace Destination { get; }

    /// <summary>mcrd's configuration for this.</summary>
    public static string Configuration(string controlSocket) => $$"""
        mcr {
          node.name = demo
          control.socket = "{{controlSocket}}"
          stats-interval = 1s
          rules = [
            { name = demo
              input { interface = in0, group = "{{Group}}", port = {{Port}} }
              outputs = [
                { interface = {{Streams[0].Output}}, group = "{{Streams[0].Group}}", port = {{Streams[0].Port}} }
                { interface = {{Streams[1].Output}}, group = "{{Streams[1].Group}}", port = {{Streams[1].Port}} }
              ] }
          ]
        }

        """;

    public void Dispose()
    {
        Source.Dispose();
        Relay.Dispose();
        Destination.Dispose();
    }
}

/// <summary>One output of the demo's rule and where it is received.</summary>
internal sealed record DemoStream(string Output, string Device, string Group, int Port);

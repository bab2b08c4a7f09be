using Mcr.Native.Namespaces;

namespace Mcr.Specs.Feeds;

/// <summary>
/// Two or three ways from one source to a relay.
/// <code>
///   Source                 Relay                    Destination
///   src0 10.1.0.1 ──── in0 10.1.0.2
///   src1 10.4.0.1 ──── in1 10.4.0.2
///   src2 10.5.0.1 ──── in2 10.5.0.2
///                          out0 10.2.0.1 ──── dst0 10.2.0.2
///                          out1 10.3.0.1 ──── dst1 10.3.0.2
/// </code>
/// The source has 10.9.0.1 as well, by which it sends the same (S,G) on all of them.
/// </summary>
internal sealed class FeedTopology : IDisposable
{
    /// <summary>The source's address on every way.</summary>
    public const string Common = "10.9.0.1";

    private static readonly string[] Networks = ["10.1.0", "10.4.0", "10.5.0"];

    public FeedTopology(int paths = 2)
    {
        NamespaceSupport.Require();
        Source = new NetworkNamespace("source");
        Relay = new NetworkNamespace("relay");
        Destination = new NetworkNamespace("destination");
        Source.Ip($"address add {Common}/32 dev lo");
        for (int i = 0; i < paths; i++)
            Connect(i);
        NetworkNamespace.Connect(Relay, "out0", "10.2.0.1/24", Destination, "dst0", "10.2.0.2/24");
        NetworkNamespace.Connect(Relay, "out1", "10.3.0.1/24", Destination, "dst1", "10.3.0.2/24");
    }

    public NetworkNamespace Source { get; }

    public NetworkNamespace Relay { get; }

    public NetworkNamespace Destination { get; }

    /// <summary>The source's address on that way alone.</summary>
    public static string OwnOf(int path) => $"{Networks[path]}.1";

    /// <summary>Makes the devices of one way: at first, or after the relay's was deleted.</summary>
    public void Connect(int path) => NetworkNamespace.Connect(Source, $"src{path}", $"{Networks[path]}.1/24", Relay, $"in{path}", $"{Networks[path]}.2/24");

    public void Dispose()
    {
        Source.Dispose();
        Relay.Dispose();
        Destination.Dispose();
    }
}

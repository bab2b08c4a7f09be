using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>
/// <code>
///   Source                 Relay                    Destination
///   src0 10.1.0.1 ──── in0 10.1.0.2
///                          out0 10.2.0.1 ──── dst0 10.2.0.2
///                          out1 10.3.0.1 ──── dst1 10.3.0.2
/// </code>
/// </summary>
internal sealed class RelayTopology : IDisposable
{
    public RelayTopology()
    {
        NamespaceSupport.Require();
        Source = new NetworkNamespace("source");
        Relay = new NetworkNamespace("relay");
        Destination = new NetworkNamespace("destination");
        NetworkNamespace.Connect(Source, "src0", "10.1.0.1/24", Relay, "in0", "10.1.0.2/24");
        NetworkNamespace.Connect(Relay, "out0", "10.2.0.1/24", Destination, "dst0", "10.2.0.2/24");
        NetworkNamespace.Connect(Relay, "out1", "10.3.0.1/24", Destination, "dst1", "10.3.0.2/24");
    }

    public NetworkNamespace Source { get; }

    public NetworkNamespace Relay { get; }

    public NetworkNamespace Destination { get; }

    public void Dispose()
    {
        Source.Dispose();
        Relay.Dispose();
        Destination.Dispose();
    }
}

using Mcr.Native.Namespaces;

namespace Mcr.Specs.Docs;

/// <summary>
/// The hosts of the examples:
/// <code>
///   source               relay                receiver
///   eth0 10.1.0.1 ──── eth0 10.1.0.2
///   eth1 10.4.0.1 ──── eth3 10.4.0.2
///                      eth1 10.2.0.1 ──── eth0 10.2.0.2
///                      eth2 10.3.0.1 ──── eth1 10.3.0.2
/// </code>
/// </summary>
internal sealed class DocumentHosts : IDisposable
{
    private readonly Dictionary<string, NetworkNamespace> _byName;

    public DocumentHosts()
    {
        NamespaceSupport.Require();
        _byName = new[] { "source", "relay", "receiver" }.ToDictionary(name => name, name => new NetworkNamespace(name));
        NetworkNamespace.Connect(this["source"], "eth0", "10.1.0.1/24", this["relay"], "eth0", "10.1.0.2/24");
        NetworkNamespace.Connect(this["source"], "eth1", "10.4.0.1/24", this["relay"], "eth3", "10.4.0.2/24");
        NetworkNamespace.Connect(this["relay"], "eth1", "10.2.0.1/24", this["receiver"], "eth0", "10.2.0.2/24");
        NetworkNamespace.Connect(this["relay"], "eth2", "10.3.0.1/24", this["receiver"], "eth1", "10.3.0.2/24");
    }

    public NetworkNamespace this[string name] => _byName[name];

    public void Dispose()
    {
        foreach (NetworkNamespace host in _byName.Values)
            host.Dispose();
    }
}

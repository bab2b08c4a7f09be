using Mcr.Native.Namespaces;
namespace Mcr.Specs;

public sealed class SmokeSpecs
{
    [Fact]
    public void Two_namespaces_can_be_joined()
    {
        using var a = new NetworkNamespace("a");
        using var b = new NetworkNamespace("b");
        NetworkNamespace.Connect(a, "va", "10.1.0.1/24", b, "vb", "10.1.0.2/24");
        Assert.Contains("10.1.0.2", b.Tool("ip", "address show dev vb"), StringComparison.Ordinal);
    }
}

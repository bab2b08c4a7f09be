using System.Security.Cryptography.X509Certificates;
using Mcr.Actors.Cluster.Tls;
using Mcr.Host.Mcrd.Tls;

namespace Mcr.Specs.Cluster.Tls;

/// <summary>A certificate and the time make a verdict.</summary>
public sealed class CertificatePolicySpecs : IDisposable
{
    private readonly CertificateLab _lab = new();

    private readonly CertificateLab _foreign = new();

    public void Dispose()
    {
        _lab.Dispose();
        _foreign.Dispose();
    }

    [Theory]
    [InlineData("node", "", false, null)]
    [InlineData("node", "relay-a", false, null)]
    [InlineData("node", "other,RELAY-A", false, null)]
    [InlineData("node", "relay", false, "certificate 'relay-a' has no name that is in mcr.cluster.allow; add it there")]
    [InlineData("node", "", true, null)]
    [InlineData("console", "", true, null)]
    [InlineData("console", "alice", false, "certificate 'alice' is a console's (extended key usage: clientAuth)")]
    [InlineData("none", "", false, "no certificate was shown")]
    [InlineData("expired", "", false, "certificate 'relay-a' expired on ")]
    [InlineData("expired", "", true, "certificate 'relay-a' expired on ")]
    [InlineData("early", "", false, "certificate 'relay-a' is not valid before ")]
    [InlineData("foreign", "", false, "certificate 'relay-a' is not issued by an authority of ")]
    [InlineData("foreign", "", true, "certificate 'relay-a' is not issued by an authority of ")]
    [InlineData("self", "", false, "certificate 'spec authority' is not issued by an authority of ")]
    [InlineData("authority", "", false, "certificate 'spec authority' is not for nodes")]
    public void Policy_should_judge(string kind, string allow, bool takesConsoles, string? sentence)
    {
        using X509Certificate2? certificate = Make(kind);
        var policy = new CertificatePolicy([_lab.Authority], "ca.pem", [.. allow.Split(',', StringSplitOptions.RemoveEmptyEntries)], "mcr.cluster.allow", takesConsoles);
        string? verdict = policy.Judge(certificate, CertificateLab.Now);
        if (sentence is null)
            Assert.Null(verdict);
        else
            Assert.StartsWith(sentence, verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Authority_that_has_expired_should_be_named()
    {
        using X509Certificate2 node = _lab.Node(untilDays: 100);
        Assert.Contains("is issued by 'spec authority', which is valid from", Policy().Judge(node, CertificateLab.Now.AddDays(101)), StringComparison.Ordinal);
    }

    /// <summary>Both are taken while all hosts get certificates of a new authority.</summary>
    [Fact]
    public void Two_authorities_should_do_at_one_time()
    {
        using X509Certificate2 one = _lab.Node(), other = _foreign.Node();
        CertificatePolicy policy = Policy() with { Authorities = [_lab.Authority, _foreign.Authority] };
        Assert.Null(policy.Judge(one, CertificateLab.Now));
        Assert.Null(policy.Judge(other, CertificateLab.Now));
    }

    /// <summary>Anybody can write a name, and the sentence goes to a terminal and to a log of lines.</summary>
    [Fact]
    public void Name_should_be_printed_without_control_characters()
    {
        using X509Certificate2 rogue = CertificateMaker.Make(_foreign.Authority, "a\u001b[2J\nb" + new string('x', 500), CertificateKind.Console, CertificateLab.Now, CertificateLab.Now.AddDays(1));
        string verdict = Policy().Judge(rogue, CertificateLab.Now)!;
        Assert.DoesNotContain(verdict, char.IsControl);
        Assert.InRange(verdict.Length, 1, 500);
    }

    private CertificatePolicy Policy() => new([_lab.Authority], "ca.pem", [], "mcr.cluster.allow", TakesConsoles: false);

    private X509Certificate2? Make(string kind) => kind switch
    {
        "none" => null,
        "console" => _lab.Console(),
        "expired" => _lab.Node("relay-a", -2, -1),
        "early" => _lab.Node("relay-a", 1),
        "foreign" => _foreign.Node("relay-a"),
        "self" => X509CertificateLoader.LoadCertificate(_foreign.Authority.RawData),
        "authority" => X509CertificateLoader.LoadCertificate(_lab.Authority.RawData),
        _ => _lab.Node("relay-a"),
    };
}

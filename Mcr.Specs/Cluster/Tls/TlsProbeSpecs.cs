using System.Net;
using System.Net.Sockets;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Configuration;

namespace Mcr.Specs.Cluster.Tls;

/// <summary>What is said of a place before it is dialled, by real handshakes with real systems of Akka.</summary>
public sealed class TlsProbeSpecs : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private readonly CertificateLab _lab = new();

    private CertificateFiles Relay => field ??= _lab.Files(_lab.Node("relay-a"));

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task Probe_should_say_who_is_there()
    {
        await using var b = new RemotePeer(_lab.Files(_lab.Node("relay-b")), CertificatePolicy.ForNodes(Relay, ["relay-a"]));
        Probed probed = await AskAsync(b.Place);
        Assert.Equal((ProbeOutcome.Ok, $"{b.Place} is 'relay-b', and takes certificate 'relay-a'", "relay-b"), (probed.Outcome, probed.Sentence, probed.Name));
        Assert.Null(probed.Problem);
        Assert.Empty(b.Refusals);
    }

    [Fact]
    public async Task Probe_should_say_that_their_certificate_has_expired_or_is_foreign()
    {
        using var foreign = new CertificateLab();
        await using var expired = new RemotePeer(_lab.Files(_lab.Node("relay-b", -2, -1), CertificateLab.Now.AddDays(-1.5)), CertificatePolicy.ForNodes(Relay, []));
        Probed probed = await AskAsync(expired.Place);
        Assert.Equal(ProbeOutcome.TheirCertificate, probed.Outcome);
        Assert.StartsWith($"what listens at {expired.Place} is refused here: certificate 'relay-b' expired on", probed.Sentence, StringComparison.Ordinal);

        await using var other = new RemotePeer(foreign.Files(foreign.Node("relay-b")), CertificatePolicy.ForNodes(Relay, []));
        probed = await AskAsync(other.Place);
        Assert.Equal(ProbeOutcome.TheirCertificate, probed.Outcome);
        Assert.Contains("certificate 'relay-b' is not issued by an authority of", probed.Sentence, StringComparison.Ordinal);
    }

    /// <summary>In TLS 1.3 the other side refuses after our handshake has succeeded; ten times, since it is a matter of order.</summary>
    [Fact]
    public async Task Probe_should_say_that_our_certificate_is_refused()
    {
        await using var b = new RemotePeer(_lab.Files(_lab.Node("relay-b")), CertificatePolicy.ForNodes(Relay, ["relay-c"]));
        for (int i = 0; i < 10; i++)
        {
            Probed probed = await AskAsync(b.Place);
            Assert.Equal(ProbeOutcome.OurCertificate, probed.Outcome);
            Assert.StartsWith($"{b.Place} ('relay-b') refuses this side's certificate 'relay-a'", probed.Sentence, StringComparison.Ordinal);
        }

        Assert.Contains("has no name that is in mcr.cluster.allow", await b.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_should_say_that_there_is_no_tls()
    {
        await using var plain = new RemotePeer(null, null);
        Probed probed = await AskAsync(plain.Place);
        Assert.Equal(ProbeOutcome.NoTls, probed.Outcome);
        Assert.Contains("does not speak TLS: another program, or an mcrd with insecure = on", probed.Sentence, StringComparison.Ordinal);
        Assert.Equal(ProbeOutcome.Reached, (await TlsProbe.AskAsync(plain.Place, null, null, Limit, TimeProvider.System)).Outcome);
    }

    [Fact]
    public async Task Probe_should_say_that_nobody_listens_answers_or_is_known()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var place = new HostPort("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
        Probed silent = await AskAsync(place, TimeSpan.FromMilliseconds(300));
        Assert.Equal(ProbeOutcome.NoTls, silent.Outcome);
        Assert.Contains("takes connections and does not answer within 0.3 s", silent.Sentence, StringComparison.Ordinal);
        listener.Stop();

        Probed refused = await AskAsync(place);
        Assert.Equal(ProbeOutcome.Refused, refused.Outcome);
        Assert.StartsWith($"nobody listens at {place}: is mcrd running there", refused.Sentence, StringComparison.Ordinal);

        Probed unknown = await AskAsync(new HostPort("no-such-relay.invalid", 4053));
        Assert.Equal(ProbeOutcome.UnknownName, unknown.Outcome);
        Assert.Contains("'no-such-relay.invalid' is not known", unknown.Sentence, StringComparison.Ordinal);
    }

    private Task<Probed> AskAsync(HostPort place, TimeSpan? limit = null) => TlsProbe.AskAsync(place, Relay, CertificatePolicy.ForNodes(Relay, []), limit ?? Limit, TimeProvider.System);
}

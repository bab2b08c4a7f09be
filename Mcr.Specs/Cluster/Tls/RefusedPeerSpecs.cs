using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Akka.Actor;
using Mcr.Actors.Cluster.Tls;

namespace Mcr.Specs.Cluster.Tls;

/// <summary>Real peers that try to get in, over real handshakes of Akka.Remote: each is refused with its sentence, and who refuses them serves the others.</summary>
public sealed class RefusedPeerSpecs : IDisposable
{
    private readonly CertificateLab _lab = new();

    private CertificateFiles Relay => field ??= _lab.Files(_lab.Node("relay-a"));

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task Nodes_of_one_authority_should_talk()
    {
        await using RemotePeer a = Listener("relay-b");
        await using var b = new RemotePeer(_lab.Files(_lab.Node("relay-b")), CertificatePolicy.ForNodes(Relay, ["relay-a"]));
        Assert.True(await b.CanAskAsync(a));
        Assert.Empty(a.Refusals.Concat(b.Refusals));
    }

    [Theory]
    [InlineData("expired", "certificate 'relay-b' expired on")]
    [InlineData("foreign", "is not issued by an authority of")]
    [InlineData("name", "has no name that is in mcr.cluster.allow")]
    [InlineData("console", "is a console's (extended key usage: clientAuth)")]
    public async Task Peer_should_be_refused_and_harm_nobody(string kind, string sentence)
    {
        using var foreign = new CertificateLab();
        await using RemotePeer a = Listener("relay-b");
        await using var rogue = new RemotePeer(Bad(kind, foreign), TakesAll());
        Assert.False(await rogue.CanAskAsync(a, 1500));
        Assert.Contains(sentence, await a.RefusalAsync(), StringComparison.Ordinal);
        Assert.Empty(a.Heard);
        await ServesOthersAsync(a);
    }

    /// <summary>The trap: a handshake that Akka has begun itself and that fails ends its whole ActorSystem. What is pinned here is why the probe goes before.</summary>
    [Fact]
    public async Task System_that_dials_an_expired_certificate_should_end()
    {
        using var foreign = new CertificateLab();
        await using var expired = new RemotePeer(Bad("expired", foreign), TakesAll());
        RemotePeer a = Listener();
        Assert.False(await a.CanAskAsync(expired, 1500));
        await a.System.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Contains("certificate 'relay-b' expired on", await a.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peer_that_speaks_plain_text_should_be_refused_and_harm_nobody()
    {
        await using RemotePeer a = Listener();
        await using var plain = new RemotePeer(null, null);
        Assert.False(await CanAskPlainAsync(plain, a));
        Assert.Empty(a.Heard);
        await ServesOthersAsync(a);
    }

    /// <summary>As a browser or a scanner comes: with TLS, and nothing to show. It is told so by an end, and no word of Akka's reaches it.</summary>
    [Fact]
    public async Task Peer_without_a_certificate_should_be_refused_and_harm_nobody()
    {
        await using RemotePeer a = Listener();
        using var client = new TcpClient();
        await client.ConnectAsync(a.Place.Host, a.Place.Port);
        await using var stream = new SslStream(client.GetStream());
        int read = -1;
        Exception? refusal = await Record.ExceptionAsync(async () =>
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "relay-a", RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == Relay.Own.GetCertHashString() });
            read = await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        });
        Assert.True(refusal is AuthenticationException or IOException || read == 0, $"{refusal} {read}");
        await ServesOthersAsync(a);
    }

    [Fact]
    public async Task Garbage_should_harm_nobody()
    {
        await using RemotePeer a = Listener();
        byte[] garbage = new byte[4096];
        Random.Shared.NextBytes(garbage);
        for (int i = 0; i < 50; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(a.Place.Host, a.Place.Port);
            await client.GetStream().WriteAsync(garbage.AsMemory(0, 1 + (i * 80)));
        }

        await ServesOthersAsync(a);
        Assert.False(a.System.WhenTerminated.IsCompleted);
    }

    [Fact]
    public async Task Port_for_consoles_should_take_consoles_and_nodes_and_no_other_authority()
    {
        using var foreign = new CertificateLab();
        await using var port = new RemotePeer(Relay, CertificatePolicy.ForConsoles(Relay));
        await using var console = new RemotePeer(_lab.Files(_lab.Console()), CertificatePolicy.ForNodes(Relay, []));
        await using var node = new RemotePeer(_lab.Files(_lab.Node("relay-b")), CertificatePolicy.ForNodes(Relay, []));
        Assert.True(await console.CanAskAsync(port));
        Assert.True(await node.CanAskAsync(port));
        await using var rogue = new RemotePeer(Bad("foreign", foreign), TakesAll());
        Assert.False(await rogue.CanAskAsync(port, 1500));
        Assert.Contains("is not issued by an authority of", await port.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_named_actors_should_be_reached_from_outside()
    {
        await using RemotePeer a = Listener();
        await using var b = new RemotePeer(_lab.Files(_lab.Node("relay-b")), CertificatePolicy.ForNodes(Relay, []));
        await Assert.ThrowsAsync<AskTimeoutException>(() => b.At(a, "/user/secret").Ask<string>("hello", TimeSpan.FromSeconds(1)));
        Assert.True(await b.CanAskAsync(a));
        Assert.Equal(["hello"], a.Heard);
    }

    private RemotePeer Listener(params string[] allow) => new(Relay, CertificatePolicy.ForNodes(Relay, [.. allow]));

    private async Task ServesOthersAsync(RemotePeer a)
    {
        await using var good = new RemotePeer(_lab.Files(_lab.Node("relay-b")), CertificatePolicy.ForNodes(Relay, []));
        Assert.True(await good.CanAskAsync(a), "it serves nobody any more");
    }

    private static async Task<bool> CanAskPlainAsync(RemotePeer plain, RemotePeer a)
    {
        try
        {
            await plain.System.ActorSelection($"akka.tcp://mcr@{a.Place}/user/echo").Ask<string>("hello", TimeSpan.FromMilliseconds(1500));
            return true;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }

    /// <summary>A rogue is not choosy: it trusts both labs' authorities.</summary>
    private CertificatePolicy TakesAll() => new([_lab.Authority], _lab.Ca, [], "", TakesConsoles: true);

    private CertificateFiles Bad(string kind, CertificateLab foreign) => kind switch
    {
        "expired" => _lab.Files(_lab.Node("relay-b", -2, -1), CertificateLab.Now.AddDays(-1.5)),
        "foreign" => foreign.Files(foreign.Node("relay-b")),
        "name" => _lab.Files(_lab.Node("relay-c")),
        _ => _lab.Files(_lab.Console()),
    };
}

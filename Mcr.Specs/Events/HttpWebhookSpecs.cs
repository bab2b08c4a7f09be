using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mcr.Actors.Configuration;
using Mcr.Actors.Platform;

namespace Mcr.Specs.Events;

/// <summary>What a post says of a receiver that cannot be trusted, or does not answer, without an mcrd around it.</summary>
public sealed class HttpWebhookSpecs : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public HttpWebhookSpecs() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Certificate_that_nobody_vouches_for_should_be_refused_and_said()
    {
        using var key = RSA.Create(2048);
        using X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using HttpWebhook webhook = Open("https://localhost", TimeSpan.FromSeconds(20));
        Task<WebhookReply> post = webhook.PostAsync([1, 2, 3]);
        using TcpClient client = await _listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using var tls = new SslStream(client.GetStream());
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await tls.AuthenticateAsServerAsync(certificate, false, SslProtocols.None, false);
            await tls.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
        });
        WebhookReply reply = await post;
        Assert.Equal(WebhookVerdict.Failed, reply.Verdict);
        Assert.Contains("certificate is invalid", reply.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", reply.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_that_waits_should_end_when_nobody_wants_it_any_more()
    {
        HttpWebhook webhook = Open("http://127.0.0.1", TimeSpan.FromHours(1));
        Task<WebhookReply> post = webhook.PostAsync([1, 2, 3]);
        using TcpClient client = await _listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        webhook.Dispose();
        Assert.Equal(WebhookVerdict.Failed, (await post.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Verdict);
    }

    private HttpWebhook Open(string place, TimeSpan timeout) =>
        new(WebhookSettings.Off with { Url = $"{place}:{((IPEndPoint)_listener.LocalEndpoint).Port}/secret", Authorization = "Bearer secret", Timeout = timeout }, "mcrd/spec");
}

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mcr.Actors.Configuration;

namespace Mcr.Actors.Cluster.Tls;

/// <summary>
/// One handshake with a place, as Akka would make it, and what came of it as a sentence. Akka ends a whole ActorSystem when a handshake fails that it has
/// begun itself, and says to a console no more than that nobody answered: so who dials asks here first.
/// </summary>
public static class TlsProbe
{
    /// <summary>Of one who has nothing to wait for.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(3);

    /// <summary>Enough for a host that is busy, and nothing to one who joins or explains an error.</summary>
    private static readonly TimeSpan LeastGrace = TimeSpan.FromMilliseconds(200);

    /// <param name="files">What is shown to the place; null: plain text is spoken there, and it is asked only whether somebody listens.</param>
    /// <param name="policy">Who may be there; null with <paramref name="files"/>.</param>
    public static async Task<Probed> AskAsync(HostPort place, CertificateFiles? files, CertificatePolicy? policy, TimeSpan limit, TimeProvider time, CancellationToken cancel = default)
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        within.CancelAfter(limit);
        using var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(place.Host, place.Port, within.Token).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            return Unreached(place, e);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Probed(ProbeOutcome.Silent, $"{place} does not answer within {limit.TotalSeconds:0.#} s: the host is down, or something on the way drops what is sent to it (a firewall?)", null);
        }

        if (files is null || policy is null)
            return new Probed(ProbeOutcome.Reached, $"{place} answers", null);
        return await new Handshake(place, files, policy, time).RunAsync(client, limit, within.Token, cancel).ConfigureAwait(false);
    }

    private static Probed Unreached(HostPort place, SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => new Probed(ProbeOutcome.Refused, $"nobody listens at {place}: is mcrd running there, and is this the port of its mcr.cluster.listen (nodes) or mcr.console.listen (consoles)?", null),
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => new Probed(ProbeOutcome.UnknownName, $"the name '{place.Host}' is not known here; give an address, or put the name into DNS or /etc/hosts", null),
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown => new Probed(ProbeOutcome.NoRoute, $"there is no way to {place} from here: {e.Message}", null),
        _ => new Probed(ProbeOutcome.Silent, $"{place} cannot be reached: {e.Message}", null),
    };

    /// <summary>TLS on a connection that stands.</summary>
    private sealed class Handshake(HostPort place, CertificateFiles files, CertificatePolicy policy, TimeProvider time)
    {
        private bool _hasShown;

        private string? _verdict;

        private string? _name;

        public async Task<Probed> RunAsync(TcpClient client, TimeSpan limit, CancellationToken within, CancellationToken cancel)
        {
            try
            {
                await using var stream = new SslStream(client.GetStream());
                long begun = time.GetTimestamp();
                await stream.AuthenticateAsClientAsync(Options(), within).ConfigureAwait(false);
                return await IsTakenAsync(stream, time.GetElapsedTime(begun), within).ConfigureAwait(false)
                    ? new Probed(ProbeOutcome.Ok, $"{place} is '{_name}', and takes certificate '{files.Name}'", _name)
                    : OurCertificate();
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return new Probed(ProbeOutcome.NoTls, $"{place} takes connections and does not answer within {limit.TotalSeconds:0.#} s; it is no port of mcrd that speaks TLS, or its host is overloaded", null);
            }
            catch (Exception e) when (e is AuthenticationException or IOException or SocketException)
            {
                return Failed(e);
            }
        }

        /// <summary>
        /// In TLS 1.3 the other side looks at our certificate after our handshake has ended, and Akka says nothing to those it takes: it just does not hang up.
        /// That is waited for as long as several ways there and back take, by the time of the handshake. Whoever refuses later than that is known too late,
        /// which ends a connection and no ActorSystem: for Akka that handshake has succeeded.
        /// </summary>
        private static async Task<bool> IsTakenAsync(SslStream stream, TimeSpan handshake, CancellationToken within)
        {
            using var grace = CancellationTokenSource.CreateLinkedTokenSource(within);
            grace.CancelAfter(LeastGrace > handshake * 3 ? LeastGrace : handshake * 3);
            try
            {
                return await stream.ReadAsync(new byte[1], grace.Token).ConfigureAwait(false) > 0;
            }
            catch (OperationCanceledException) when (!within.IsCancellationRequested)
            {
                return true;
            }
        }

        private SslClientAuthenticationOptions Options() => new()
        {
            TargetHost = place.Host,
            ClientCertificateContext = SslStreamCertificateContext.Create(files.Own, null, offline: true),
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
            RemoteCertificateValidationCallback = (_, certificate, chain, _) => Judge(certificate as X509Certificate2, chain),
        };

        private bool Judge(X509Certificate2? certificate, X509Chain? chain)
        {
            _hasShown = true;
            _verdict = policy.Judge(certificate, time.GetUtcNow(), chain?.ChainPolicy.ExtraStore);
            _name = certificate is null ? null : CertificateNames.NameOf(certificate);
            return _verdict is null;
        }

        private Probed Failed(Exception e) =>
            _verdict is not null ? new Probed(ProbeOutcome.TheirCertificate, $"what listens at {place} is refused here: {_verdict}", _name)
            : _hasShown ? OurCertificate()
            : new Probed(ProbeOutcome.NoTls, $"what listens at {place} does not speak TLS: another program, or an mcrd with insecure = on ({CertificateNames.Printable(e.Message)})", null);

        private Probed OurCertificate() => new(ProbeOutcome.OurCertificate, $"{place} ('{_name}') refuses this side's certificate '{files.Name}' (issuer '{CertificateNames.IssuerOf(files.Own)}'): the log there says why; it may be expired by its clock, of another authority, a console's at a node's port, or not in its mcr.cluster.allow", _name);
    }
}

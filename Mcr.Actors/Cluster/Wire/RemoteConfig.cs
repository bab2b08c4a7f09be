using System.Globalization;
using System.Text.Json;
using Akka.Configuration;
using Akka.Remote.Transport.DotNetty;
using Mcr.Actors.Configuration;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>
/// Akka.Remote as it is everywhere in MCR: certificates on both sides, no type made since its name was sent, nothing to be reached from outside but what is
/// said here, messages of a bounded size.
/// </summary>
public static class RemoteConfig
{
    /// <summary>Bytes of the largest message: a shard of rules (<c>ShardCodec.MaxBytes</c>) and Akka's own words around it.</summary>
    internal const int MaxFrame = 9 << 20;

    private static readonly Config Common = ConfigurationFactory.ParseString(string.Create(CultureInfo.InvariantCulture, $$"""
        akka {
          actor {
            provider = remote
            serialization-settings.allow-unregistered-types = off
            {{SerializerEntries.Of(("json", typeof(RefuseJson), RefuseJson.Id), ("proto", typeof(RefuseProtobuf), RefuseProtobuf.Id), ("daemon-create", typeof(RefuseDeployment), RefuseDeployment.Id))}}
            {{SerializerEntries.Of(("akka-containers", typeof(FilterSelection), FilterSelection.Id), ("akka-misc", typeof(FilterMisc), FilterMisc.Id), ("akka-system-msg", typeof(FilterSystem), FilterSystem.Id))}}
          }
          remote {
            untrusted-mode = on
            retry-gate-closed-for = 200ms
            log-remote-lifecycle-events = off
            dot-netty.tcp { maximum-frame-size = {{MaxFrame}}b, batching.enabled = false, connection-timeout = 5s }
          }
          coordinated-shutdown { run-by-clr-shutdown-hook = off, exit-clr = off }
        }
        """));

    /// <summary>For an ActorSystem that others connect to: that of the cluster and that of consoles.</summary>
    /// <param name="listen">Where they connect to.</param>
    /// <param name="advertise">What they call that place, if it is something else.</param>
    /// <param name="tls">null: plain text.</param>
    /// <param name="trustedPaths">The actors that they may send to by path; to all others they may only reply.</param>
    public static RemoteParts Of(HostPort listen, HostPort? advertise, PeerTls? tls, params IEnumerable<string> trustedPaths)
    {
        string paths = string.Join(", ", trustedPaths.Select(Quoted));
        return With(tls, ConfigurationFactory.ParseString(string.Create(CultureInfo.InvariantCulture, $$"""
            akka.remote {
              trusted-selection-paths = [{{paths}}]
              dot-netty.tcp { hostname = {{Quoted(listen.Host)}}, port = {{listen.Port}}, public-hostname = {{Quoted(advertise?.Host ?? "")}}, public-port = {{advertise?.Port ?? 0}} }
            }
            """)));
    }

    /// <summary>For an ActorSystem that connects to others, and that nobody connects to: that of mcrctl. It is answered on the connection that it has made.</summary>
    /// <param name="tls">null: plain text.</param>
    public static RemoteParts ForClient(PeerTls? tls) => Of(new HostPort("127.0.0.1", 0), null, tls);

    private static RemoteParts With(PeerTls? tls, Config place)
    {
        Config config = place.WithFallback(Common);
        if (tls is null)
            return new RemoteParts(config, []);
        var setup = new DotNettySslSetup(tls.Files.Own, suppressValidation: false, requireMutualAuthentication: true, validateCertificateHostname: false, (certificate, chain, peer, _, _) =>
        {
            string? verdict = tls.Policy.Judge(certificate, tls.Time.GetUtcNow(), chain?.ChainPolicy.ExtraStore);
            if (verdict is not null)
                tls.Refused(peer, verdict);
            else if (certificate is not null)
                tls.Accepted?.Invoke(certificate);
            return verdict is null;
        });
        return new RemoteParts(ConfigurationFactory.ParseString("akka.remote.dot-netty.tcp.enable-ssl = on").WithFallback(config), [setup]);
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}

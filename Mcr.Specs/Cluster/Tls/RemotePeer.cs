using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Configuration;

namespace Mcr.Specs.Cluster.Tls;

/// <summary>A real ActorSystem on loopback, as hosts make them, with an actor that says back what it hears.</summary>
internal sealed class RemotePeer : IAsyncDisposable
{
    private const string Quiet = "akka { loglevel = WARNING, loggers = [], stdout-loglevel = OFF, log-dead-letters = off, remote.handshake-timeout = 3s }";

    /// <param name="files">null: plain text.</param>
    /// <param name="more">HOCON that is stronger than what hosts have.</param>
    public RemotePeer(CertificateFiles? files, CertificatePolicy? policy, string more = "")
    {
        PeerTls? tls = files is null ? null : new PeerTls(files, policy!, (_, why) => Refusals.Enqueue(why), TimeProvider.System);
        RemoteParts parts = RemoteConfig.Of(new HostPort("127.0.0.1", 0), null, tls, "/user/echo");
        Config config = ConfigurationFactory.ParseString(more).WithFallback(ConfigurationFactory.ParseString(Quiet)).WithFallback(parts.Config);
        System = ActorSystem.Create("mcr", ActorSystemSetup.Create([BootstrapSetup.Create().WithConfig(config), .. parts.Setups]));
        System.ActorOf(Props.Create(() => new Echo(Heard)), "echo");
        System.ActorOf(Props.Create(() => new Echo(Heard)), "secret");
        Place = new HostPort("127.0.0.1", ((ExtendedActorSystem)System).Provider.DefaultAddress.Port!.Value);
    }

    public ActorSystem System { get; }

    public HostPort Place { get; }

    /// <summary>What the policy said of others.</summary>
    public ConcurrentQueue<string> Refusals { get; } = [];

    public ConcurrentQueue<object> Heard { get; } = [];

    public ActorSelection At(RemotePeer other, string path = "/user/echo") => System.ActorSelection($"{((ExtendedActorSystem)other.System).Provider.DefaultAddress}{path}");

    /// <summary>Whether an answer comes back.</summary>
    public async Task<bool> CanAskAsync(RemotePeer other, int milliseconds = 10_000)
    {
        try
        {
            return await At(other).Ask<string>("hello", TimeSpan.FromMilliseconds(milliseconds)) == "hello";
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }

    public async Task<string> RefusalAsync()
    {
        Assert.True(await Task.Run(() => SpinWait.SpinUntil(() => !Refusals.IsEmpty, TimeSpan.FromSeconds(10))), "nobody was refused");
        return Refusals.First();
    }

    public async ValueTask DisposeAsync() => await System.Terminate();

    private sealed class Echo : ReceiveActor
    {
        public Echo(ConcurrentQueue<object> heard) => ReceiveAny(message =>
        {
            heard.Enqueue(message);
            Sender.Tell(message);
        });
    }
}

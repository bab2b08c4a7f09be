using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Akka.TestKit;
using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Configuration;
using Mcr.Actors.Relay;

namespace Mcr.Specs.Cluster;

/// <summary>
/// The actors of the cluster in the relay's ActorSystem, without a network: in place of the ActorSystem of the cluster there is one that does nothing, and in place of its actors there
/// are probes. The clock moves when the spec says so.
/// </summary>
public abstract class ClusterSpec(ITestOutputHelper output) : Akka.Hosting.TestKit.TestKit(nameof(ClusterSpec), output, logLevel: Microsoft.Extensions.Logging.LogLevel.Error)
{
    private static readonly Config Quiet = ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, coordinated-shutdown.run-by-clr-shutdown-hook = off }");

    private readonly List<ActorSystem> _made = [];

    protected TestProbe Member => field ??= CreateTestProbe("member");

    protected TestProbe Replica => field ??= CreateTestProbe("replica");

    protected TestProbe Door => field ??= CreateTestProbe("door");

    internal ManualClock Clock { get; } = new();

    internal ControlGate Gate { get; } = new();

    /// <summary>What the part of the cluster shows to others.</summary>
    internal CertificateFiles? Files { get; set; }

    /// <summary>Why it cannot begin; null: it can.</summary>
    internal string? Refuse { get; set; }

    /// <summary>While it is not set, a beginning does not come to its end.</summary>
    internal ManualResetEventSlim CanBegin { get; } = new(true);

    /// <summary>How often it was begun.</summary>
    internal int Begun;

    /// <summary>All that have begun, the last one last.</summary>
    internal ActorSystem[] Made
    {
        get
        {
            lock (_made)
                return [.. _made];
        }
    }

    internal ClusterOptions Options(TlsSettings? tls = null) =>
        new(new ClusterSettings(true, "mcr", new HostPort("127.0.0.1", 4053), null, [], [], Insecure: tls is null), tls ?? TlsSettings.None, "a", "1.2", Gate, Clock) { Create = Make };

    protected override void ConfigureAkka(AkkaConfigurationBuilder builder, IServiceProvider provider) =>
        builder.AddHocon("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"", HoconAddMode.Prepend);

    protected override async Task AfterAllAsync()
    {
        CanBegin.Set();
        await base.AfterAllAsync();
        await Task.WhenAll(Made.Select(s => s.Terminate()));
    }

    /// <summary>Everything that was told to that actor before is done, timers are set.</summary>
    protected void Await(IActorRef actor)
    {
        actor.Tell(new Identify(null), TestActor);
        FishForMessage<ActorIdentity>(_ => true);
    }

    protected void Advance(TimeSpan time)
    {
        Clock.Advance(time);
        ((TestScheduler)Sys.Scheduler).Advance(time);
    }

    private ClusterParts Make(ClusterOptions options, ActorSystem relay, IActorRef owner, IActorRef maker)
    {
        Interlocked.Increment(ref Begun);
        CanBegin.Wait(TimeSpan.FromSeconds(20));
        if (Refuse is { } why)
            throw new InvalidOperationException("outer", new InvalidOperationException(why));
        var system = ActorSystem.Create("mcr", Quiet);
        lock (_made)
            _made.Add(system);
        return new ClusterParts(system, Member, Replica, Door, Files);
    }
}

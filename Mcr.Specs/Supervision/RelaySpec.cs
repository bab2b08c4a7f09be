using Akka.Actor;
using Akka.Hosting;
using Akka.TestKit;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Actors.State;
using Mcr.Native.Rules;

namespace Mcr.Specs.Supervision;

/// <summary>The actor tree on a <see cref="FakePlatform"/>, with a clock that moves when the spec says so.</summary>
public abstract class RelaySpec(ITestOutputHelper output) : Akka.Hosting.TestKit.TestKit(nameof(RelaySpec), output, logLevel: Microsoft.Extensions.Logging.LogLevel.Error)
{
    private IActorRef? _relay;

    internal FakePlatform Platform { get; } = new("in0", "out0", "out1");

    internal virtual RuleLedger Ledger { get; } = new(Overlay.On([]));

    protected IActorRef Relay => _relay ??= Start();

    protected override void ConfigureAkka(AkkaConfigurationBuilder builder, IServiceProvider provider) =>
        builder.AddHocon("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"", HoconAddMode.Prepend);

    /// <summary>Waits of a length that can be told.</summary>
    internal RelayOptions Options { get; set; } = new() { Chance = () => 0.5, Standby = false };

    /// <summary>What the actors take for the time.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    internal IActorRef Start()
    {
        TimeProvider clock = Clock;
        FakePlatform platform = Platform;
        RuleLedger ledger = Ledger;
        RelayOptions options = Options;
        return Sys.ActorOf(Props.Create(() => new RelaySupervisor(platform, options, ledger, clock, null)), "relay");
    }

    protected void Advance(TimeSpan time) => ((TestScheduler)Sys.Scheduler).Advance(time);

    protected CommandResult Add(ForwardingRule rule)
    {
        Relay.Tell(new RelayCommands.AddRule(rule, "spec"), TestActor);
        return ExpectMsg<CommandResult>();
    }

    protected string Ok(ForwardingRule rule) => Assert.IsType<CommandResult.Ok>(Add(rule)).Sentence;

    internal RuleView[] List()
    {
        Relay.Tell(new RelayQueries.ListRules(), TestActor);
        return [.. ExpectMsg<RelayQueries.RuleList>().Rules];
    }

    internal WorkerView[] Workers()
    {
        Relay.Tell(new RelayQueries.ListWorkers(), TestActor);
        return [.. ExpectMsg<RelayQueries.WorkerList>().Workers];
    }

    /// <summary>Everything since the last call, but what is done by another actor at its own time.</summary>
    internal string[] TakeJournal(string except = "-")
    {
        var lines = new List<string>();
        while (Platform.Journal.TryDequeue(out string? line))
            lines.Add(line);
        return [.. lines.Where(l => !l.StartsWith(except, StringComparison.Ordinal))];
    }

    internal FakeWorker NextWorker() =>
        Platform.Workers.TryTake(out FakeWorker? worker, TimeSpan.FromSeconds(10)) ? worker : throw new TimeoutException("no worker was started");

    protected static ForwardingRule Video(params string[] outputs) =>
        TestRules.Rule("in0", "239.1.1.1", 5000, "video", outputs.Length == 0 ? ["239.2.2.2:6000:out0"] : outputs);

    protected static ForwardingRule Audio() => TestRules.Rule("in0", "239.1.1.9", 5009, "audio", "10.9.9.9:6000:out1");
}

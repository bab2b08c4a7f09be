using Akka.Actor;
using Mcr.Actors.Messages;

namespace Mcr.Specs.Supervision;

/// <summary>A rule's actor that crashes just when it is told something: what it should have heard is told it again.</summary>
public sealed class RuleCrashSpecs : RelaySpec
{
    private readonly StickyClock _clock = new();

    public RuleCrashSpecs(ITestOutputHelper output) : base(output) => Clock = _clock;

    [Fact]
    public void Crash_over_the_news_that_the_rule_is_active_should_not_leave_it_pending()
    {
        Platform.Obedience = Obedience.BecomeReady | Obedience.Stop;
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        FakeWorker worker = NextWorker();
        AwaitAssert(() => Assert.NotNull(worker.Rules));
        _clock.CrashNext();
        worker.Apply();
        Assert.EndsWith("is active", ExpectMsg<CommandResult.Ok>().Sentence, StringComparison.Ordinal);
        Assert.True(_clock.HasCrashed);
    }

    /// <summary>The news reach an actor that has just been started again, before anybody has told it what it is.</summary>
    [Fact]
    public void News_that_come_before_the_rule_itself_should_not_be_lost()
    {
        Ok(Video("239.2.2.2:6000:out0", "239.2.2.2:6000:out1"));
        string id = List().Single().Rule.Id.Value;
        TakeJournal();
        _clock.StickNext();
        Sys.ActorSelection(Relay.Path / "rules" / id).Tell(new RuleCommands.Report(new(id), 0, new RuleOutcome(RuleStatus.Failed, "planted")));
        _clock.AwaitStuck();
        Platform.SetLinks(FakePlatform.Device("in0", 1), FakePlatform.Device("out0", 2));
        AwaitAssert(() => Assert.Contains("close 1", Platform.Journal));
        Workers(); // the interface has told the rules that an output is missing,
        Sys.ActorSelection(Relay.Path / "rules").Tell(new Identify(null), TestActor);
        ExpectMsg<ActorIdentity>(); // and they the rule, which sticks
        _clock.CrashAtLast();
        AwaitAssert(() => Assert.Equal((RuleStatus.Degraded, "output interface out1 does not exist"), List().Select(r => (r.Status, r.Why)).Single()));
    }

    [Fact]
    public void Crash_while_another_form_of_the_rule_is_under_way_should_not_settle_that()
    {
        Ok(Video());
        FakeWorker worker = NextWorker();
        worker.Obedience = Obedience.Stop;
        Relay.Tell(new RelayCommands.AddRule(Video("239.3.3.3:6000:out1"), "spec"), TestActor);
        AwaitAssert(() => Assert.Equal(2, worker.Rules!.Generation));
        ActorSelection rule = Sys.ActorSelection(Relay.Path / "rules" / Video().Id.Value);
        rule.Tell(new RuleCommands.Assign(null!)); // no rule
        rule.Tell(new Identify(null), TestActor);
        ExpectMsg<ActorIdentity>();
        List(); // the supervisor has heard of it,
        Workers(); // and the interface of what came of that
        ExpectNoMsg(TimeSpan.Zero);
        worker.Apply();
        Assert.EndsWith("is active", ExpectMsg<CommandResult.Ok>().Sentence, StringComparison.Ordinal);
    }

    /// <summary>Whoever asks it for the time next may wait for the answer, and gets an exception.</summary>
    private sealed class StickyClock : TimeProvider
    {
        private readonly TaskCompletionSource _stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? _goOn;
        private int _crashes;

        public bool HasCrashed => Volatile.Read(ref _crashes) == 0;

        public void CrashNext() => Volatile.Write(ref _crashes, 1);

        public void StickNext()
        {
            _goOn = new TaskCompletionSource();
            CrashNext();
        }

        public void AwaitStuck() => Assert.True(_stuck.Task.Wait(TimeSpan.FromSeconds(10)));

        public void CrashAtLast() => _goOn!.SetResult();

        public override DateTimeOffset GetUtcNow()
        {
            if (Interlocked.CompareExchange(ref _crashes, 0, 1) != 1)
                return base.GetUtcNow();
            _stuck.SetResult();
            _ = _goOn?.Task.Wait(TimeSpan.FromSeconds(20));
            throw new InvalidOperationException("planted");
        }
    }
}

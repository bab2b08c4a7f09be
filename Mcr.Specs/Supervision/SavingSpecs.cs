using Akka.Actor;
using Mcr.Actors.Messages;
using Mcr.Actors.State;

namespace Mcr.Specs.Supervision;

/// <summary>Changed rules on their way to a store that is slow, or fails.</summary>
public sealed class SavingSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    private readonly FakeStore _store = new();

    internal override RuleLedger Ledger => field ??= new RuleLedger(Overlay.On([new RuleWithOrigin(Audio(), "mcrd.hocon:1:1")]), _store);

    [Fact]
    public void Change_should_be_answered_while_the_store_is_still_busy_and_the_latest_be_saved()
    {
        _store.Gate.Reset();
        Ok(Video());
        Ok(Video("239.3.3.3:6000:out0"));
        Ok(Video("239.4.4.4:6000:out0"));
        _store.Gate.Set();
        AwaitAssert(() => Assert.Equal("239.4.4.4", $"{_store.Last!.Added.Values.Single().Rule.Outputs[0].Group}"));
        Assert.InRange(_store.Saves, 1, 3);
    }

    [Fact]
    public void Removed_rule_of_a_file_should_be_saved_as_removed_and_stay_so_over_a_crash_of_the_supervisor()
    {
        AwaitAssert(() => Assert.Equal(("mcrd.hocon:1:1", RuleStatus.Active), List().Select(r => (r.Origin, r.Status)).Single()));
        Relay.Tell(RelayCommands.RemoveRule.ByName("audio"), TestActor);
        ExpectMsg<CommandResult.Ok>();
        AwaitAssert(() => Assert.Equal("audio", _store.Last!.Removed.Values.Single().Rule.Name));
        Ok(Video());
        Relay.Tell(new RelayCommands.AddRule(null!, "planted"), TestActor); // it falls over that
        AwaitAssert(() => Assert.Equal("video", List().Single().Rule.Name));
    }

    [Fact]
    public void Answer_should_not_promise_what_the_store_refuses()
    {
        _store.Problem = "No space left on device";
        Ok(Video());
        AwaitAssert(() => Assert.EndsWith("for now it would not survive a restart of mcrd: No space left on device", Ok(Video($"239.3.3.{_store.Saves % 200}:{6000 + Random.Shared.Next(1000)}:out0")), StringComparison.Ordinal));
        int saves = _store.Saves;
        _store.Problem = null;
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            Assert.InRange(_store.Saves, saves + 1, int.MaxValue);
        });
        AwaitAssert(() => Assert.EndsWith("is active", Ok(Video($"239.3.4.1:{6000 + Random.Shared.Next(1000)}:out0")), StringComparison.Ordinal));
    }

    [Fact]
    public void Whoever_asks_should_hear_why_nothing_is_saved_and_since_when_until_it_is()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow;
        AwaitAssert(() => Assert.Single(List()));
        Assert.Equal(new RelayQueries.SavingReport("/spec", null, null), Saving());
        _store.Problem = "No space left on device";
        Ok(Video());
        AwaitAssert(() => Assert.Equal("No space left on device", Saving().Problem));
        DateTimeOffset? since = Saving().Since;
        Assert.InRange(since!.Value, before, DateTimeOffset.UtcNow);

        // For another reason, but not since another time.
        _store.Problem = "Read-only file system";
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(new RelayQueries.SavingReport("/spec", "Read-only file system", since), Saving());
        });
        _store.Problem = null;
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(new RelayQueries.SavingReport("/spec", null, null), Saving());
        });
    }

    [Fact]
    public void Stop_should_wait_for_the_last_write()
    {
        _store.Gate.Reset();
        Ok(Video());
        Relay.Tell(new RelayCommands.Stop(Hold: false), TestActor);
        ExpectNoMsg(TimeSpan.FromMilliseconds(200));
        _store.Gate.Set();
        ExpectMsg<CommandResult.Ok>();
        Assert.Equal("video", _store.Last!.Added.Values.Single().Rule.Name);
    }

    [Fact]
    public void Store_that_hangs_should_not_keep_the_relay_from_stopping()
    {
        _store.Gate.Reset();
        Ok(Video());
        Relay.Tell(new RelayCommands.Stop(Hold: false), TestActor);
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            ExpectMsg<CommandResult.Ok>(TimeSpan.FromMilliseconds(100));
        });
        _store.Gate.Set();
    }

    private RelayQueries.SavingReport Saving()
    {
        Relay.Tell(new RelayQueries.GetSaving(), TestActor);
        return ExpectMsg<RelayQueries.SavingReport>();
    }

    private sealed class FakeStore : IOverlayStore
    {
        public ManualResetEventSlim Gate { get; } = new(true);

        public volatile string? Problem;

        public int Saves;

        public volatile Overlay? Last;

        public string Place => "/spec/rules.json";

        public string Directory => "/spec";

        public string? Save(Overlay overlay, Overlay? before)
        {
            Gate.Wait(TimeSpan.FromSeconds(20));
            Interlocked.Increment(ref Saves);
            if (Problem is null)
                Last = overlay;
            return Problem;
        }
    }
}

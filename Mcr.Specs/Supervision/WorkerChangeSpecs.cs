using Akka.Actor;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;

namespace Mcr.Specs.Supervision;

/// <summary>More and fewer workers while they run: in which order, and what when one of them does not do its part.</summary>
public sealed class WorkerChangeSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    [Fact]
    public void Workers_should_grow_and_shrink_in_the_order_that_loses_nothing()
    {
        Ok(Video());
        NextWorker();
        TakeJournal();

        Assert.Equal("in0 is served by 2 workers", Set(2));
        Assert.Equal(["seat", "start", "hold 1", "sockets 0", "rules 1", "spread 2", "drain 0", "resume 1"], TakeJournal());
        Assert.Equal([0, 1], Workers().Select(w => w.Number));

        Assert.Equal("in0 is served by 1 worker", Set(1));
        string[] journal = TakeJournal();
        Assert.Equal(["hold 0", "spread 1", "drain 1"], journal[..3]);
        Assert.Equal(["stop", "let go", "unseat"], journal[3..].Except(["resume 0"])); // it goes on while the other stops
        Assert.Contains("resume 0", journal[3..]);
        Assert.Equal([0], Workers().Select(w => w.Number));

        Assert.Equal("in0 is served by 3 workers", Set(3));
        Assert.Equal([0, 1, 2], Workers().Select(w => w.Number));
        Assert.Equal("in0 is served by 3 workers", Set(3));
        Ok(Audio());
        Assert.All(Platform.Workers.TakeLast(2), w => Assert.Equal(2, w.Rules!.Rules.Length));
    }

    [Theory]
    [InlineData("in0", 0, "0 is not a number of workers; give one from 1 to 64")]
    [InlineData("in0", 65, "65 is not a number of workers; give one from 1 to 64")]
    [InlineData("out1", 2, "no rule takes datagrams in on out1, so it has no workers (see: mcrctl list); add a rule first, or set interfaces.out1.workers in the configuration")]
    public void What_cannot_be_should_be_refused_with_a_sentence(string device, int count, string sentence)
    {
        Ok(Video());
        Relay.Tell(new RelayCommands.SetWorkers(device, count), TestActor);
        Assert.Equal(sentence, Assert.Single(ExpectMsg<CommandResult.Rejected>().Problems).Sentence);
    }

    [Fact]
    public void Socket_that_the_kernel_refuses_should_leave_everything_as_it_was()
    {
        Ok(Video());
        Platform.RefuseSeat = "planted";
        Assert.Equal("in0 goes on with 1 worker: planted", Refusal(2));
        Assert.Single(Workers());
        Platform.RefuseSeat = null;
        Assert.Equal("in0 is served by 2 workers", Set(2));
    }

    [Fact]
    public void New_worker_that_does_not_get_ready_should_be_stopped_and_its_socket_closed()
    {
        Ok(Video());
        NextWorker();
        Platform.Obedience = Obedience.Stop;
        TakeJournal();
        Relay.Tell(new RelayCommands.SetWorkers("in0", 2), TestActor);
        FakeWorker second = NextWorker();
        Advance(TimeSpan.FromSeconds(3)); // whoever asked is told that it takes longer
        Assert.StartsWith("in0 is being changed to 2 workers", ExpectMsg<CommandResult.Ok>().Sentence, StringComparison.Ordinal);
        Assert.StartsWith("in0 is still being changed to 2 workers", Refusal(3), StringComparison.Ordinal);
        Advance(TimeSpan.FromSeconds(2)); // it is killed, and another started
        NextWorker();
        Advance(TimeSpan.FromSeconds(1));
        AwaitAssert(() => Assert.Contains("unseat", Platform.Journal));
        Assert.Single(Workers());
        Assert.DoesNotContain("spread 2", TakeJournal());
        Assert.Equal(1, second.Number);
    }

    [Fact]
    public void Giver_that_dies_should_be_drained_by_its_successor()
    {
        Ok(Video());
        FakeWorker first = NextWorker();
        first.Obedience &= ~Obedience.Obey;
        TakeJournal();
        Relay.Tell(new RelayCommands.SetWorkers("in0", 2), TestActor);
        AwaitAssert(() => Assert.Contains("drain 0", Platform.Journal));
        Assert.DoesNotContain("resume 1", TakeJournal());
        first.Exit("killed by signal 9");
        Assert.Equal("in0 is served by 2 workers", ExpectMsg<CommandResult.Ok>().Sentence);
        Assert.Equal(["let go", "start", "sockets 0", "rules 1", "drain 0", "resume 1"], TakeJournal());
    }

    [Fact]
    public void Taker_that_dies_should_have_a_successor_that_is_held_and_let_go_on()
    {
        Ok(Video());
        FakeWorker first = NextWorker();
        first.Obedience &= ~Obedience.Obey;
        Relay.Tell(new RelayCommands.SetWorkers("in0", 2), TestActor);
        FakeWorker second = NextWorker();
        AwaitAssert(() => Assert.Contains("drain 0", Platform.Journal));
        TakeJournal();
        second.Exit("killed by signal 9");
        FakeWorker third = NextWorker();
        AwaitAssert(() => Assert.NotNull(third.Rules));
        Assert.Equal(["let go", "start", "hold 1", "sockets 0", "rules 1"], TakeJournal());
        first.Obey();
        Assert.Equal("in0 is served by 2 workers", ExpectMsg<CommandResult.Ok>().Sentence);
        AwaitAssert(() => Assert.Equal(["resume 1"], Platform.Journal)); // its actor may not have come to it
    }

    [Fact]
    public void Giver_that_does_not_answer_should_not_leave_anybody_held()
    {
        Ok(Video());
        FakeWorker first = NextWorker();
        first.Obedience &= ~Obedience.Obey;
        Relay.Tell(new RelayCommands.SetWorkers("in0", 2), TestActor);
        AwaitAssert(() => Assert.Contains("drain 0", Platform.Journal));
        TakeJournal();
        Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("in0 is served by 2 workers", ExpectMsg<CommandResult.Ok>().Sentence);
        AwaitAssert(() => Assert.Equal(["resume 1"], Platform.Journal)); // its actor may not have come to it
    }

    [Fact]
    public void Taker_that_does_not_answer_should_be_let_go_on_and_nothing_be_moved()
    {
        Ok(Video());
        FakeWorker first = NextWorker();
        Set(2);
        TakeJournal();
        first.Obedience &= ~Obedience.Obey;
        Relay.Tell(new RelayCommands.SetWorkers("in0", 1), TestActor);
        AwaitAssert(() => Assert.Contains("hold 0", Platform.Journal));
        Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("in0 goes on with 2 workers: worker 0 did not answer", Assert.Single(ExpectMsg<CommandResult.Rejected>().Problems).Sentence);
        Assert.Equal(["hold 0", "resume 0"], TakeJournal());
        Assert.Equal(2, Workers().Length);
    }

    [Fact]
    public void Interface_that_vanishes_in_the_middle_should_come_back_with_as_many_as_were_asked_for()
    {
        Ok(Video());
        NextWorker().Obedience &= ~Obedience.Obey;
        Relay.Tell(new RelayCommands.SetWorkers("in0", 2), TestActor);
        AwaitAssert(() => Assert.Contains("drain 0", Platform.Journal));
        Platform.SetLinks(FakePlatform.Device("out0", 2));
        ExpectMsg<CommandResult.Ok>();
        AwaitAssert(() => Assert.Contains("dispose in0", Platform.Journal));
        Platform.SetLinks(FakePlatform.Device("in0", 7), FakePlatform.Device("out0", 2));
        AwaitAssert(() => Assert.Equal([WorkerStatus.Running, WorkerStatus.Running], Workers().Select(w => w.Status)));
    }

    /// <summary>An mcrd has ended before it gave the last worker flows, or after it took them away: nobody need be held for its end.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Adopted_worker_without_flows_should_be_left_before_the_number_is_what_is_wanted(int wanted)
    {
        Options = Options with { InterfaceDefaults = new InterfaceOptions { Workers = wanted } };
        Platform.Adopted = AdoptedPorts.Of(AdoptedPorts.Plan([Video()], Allocations.Empty, 40).Allocations, 40, workers: 3);
        Platform.AdoptedSeats = 2;
        Ok(Video());
        AwaitAssert(() => Assert.Contains("unseat", Platform.Journal));
        AwaitAssert(() => Assert.Equal(Enumerable.Range(0, wanted), Workers().Where(w => w.Status == WorkerStatus.Running).Select(w => w.Number)));
        string[] journal = TakeJournal();
        Assert.Equal(wanted == 3, journal.Contains("spread 3"));
        Assert.DoesNotContain(journal.TakeWhile(step => step != "unseat"), step => step.StartsWith("spread", StringComparison.Ordinal) || step.StartsWith("hold", StringComparison.Ordinal));
    }

    private string Set(int count)
    {
        Relay.Tell(new RelayCommands.SetWorkers("in0", count), TestActor);
        return ExpectMsg<CommandResult>() switch
        {
            CommandResult.Ok ok => ok.Sentence,
            var other => other.ToString(),
        };
    }

    private string Refusal(int count)
    {
        Relay.Tell(new RelayCommands.SetWorkers("in0", count), TestActor);
        return Assert.Single(ExpectMsg<CommandResult.Rejected>().Problems).Sentence;
    }
}

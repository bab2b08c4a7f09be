using System.Collections.Immutable;
using Akka.Actor;
using CsCheck;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Ingress;

namespace Mcr.Specs.Supervision;

/// <summary>Several workers, of which one is not started again for a while: the others have its flows, and it gets them back.</summary>
public sealed class WorkerSharesSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    [Fact]
    public void Worker_that_keeps_ending_should_give_its_share_away_and_take_it_again()
    {
        FakeWorker[] workers = Serve(2);
        DieUntilAway(workers[1]);
        AwaitAssert(() => Assert.Contains("disown 1", Platform.Journal));
        Assert.Equal(["let go", "spread 2", "disown 1"], TakeJournal());
        Assert.False(Table.Serves(1));
        Assert.Equal("worker 1 of in0 keeps ending (killed by signal 9); it is started again in 1 s, and the others have its flows until then", Assert.Single(List()).Why);

        Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, NextWorker().Number);
        AwaitAssert(() => Assert.Contains("resume 1", Platform.Journal));
        Assert.Equal(["start", "sockets 0", "rules 1", "hold 1", "spread 2", "drain 0", "resume 1"], TakeJournal());
        Assert.Equal(128, Table.SeatOf.Count(seat => seat == 1));
    }

    [Fact]
    public void Worker_that_is_started_again_soon_should_keep_its_flows()
    {
        FakeWorker[] workers = Serve(2);
        workers[1].Exit("killed by signal 9");
        NextWorker().Exit("killed by signal 9");
        AwaitAssert(() => Assert.Equal(WorkerStatus.Backoff, Workers()[1].Status));
        Advance(TimeSpan.FromMilliseconds(250));
        NextWorker().Exit("killed by signal 9");
        AwaitAssert(() => Assert.Equal(WorkerStatus.Backoff, Workers()[1].Status));
        Assert.True(Table.Serves(1));
        Assert.DoesNotContain("disown 1", TakeJournal());
    }

    [Fact]
    public void Flows_should_stay_when_nobody_runs_who_could_have_them_and_go_to_whoever_runs_first()
    {
        FakeWorker[] workers = Serve(2);
        DieUntilAway(workers[0]);
        AwaitAssert(() => Assert.Contains("disown 0", Platform.Journal));
        TakeJournal();
        DieUntilAway(workers[1]);
        AwaitAssert(() => Assert.All(Workers(), w => Assert.Equal(WorkerStatus.Backoff, w.Status)));
        Assert.DoesNotContain("disown 1", TakeJournal());
        Assert.True(Table.Serves(1));
        Advance(TimeSpan.FromMilliseconds(250)); // the first one's second is over
        AwaitAssert(() => Assert.Contains("disown 1", Platform.Journal));
        Assert.False(Table.Serves(1));
    }

    [Fact]
    public void Worker_that_ends_again_before_it_has_its_share_should_leave_it_where_it_is()
    {
        FakeWorker[] workers = Serve(2);
        DieUntilAway(workers[1]);
        AwaitAssert(() => Assert.Contains("disown 1", Platform.Journal));
        Platform.Obedience &= ~Obedience.Obey;
        Advance(TimeSpan.FromSeconds(1));
        FakeWorker third = NextWorker();
        AwaitAssert(() => Assert.Contains("hold 1", Platform.Journal));
        TakeJournal();
        third.Exit("killed by signal 9");
        AwaitAssert(() => Assert.Equal(WorkerStatus.Backoff, Workers()[1].Status));
        Assert.False(Table.Serves(1));
        Platform.Obedience = Obedience.Full;
        Advance(TimeSpan.FromSeconds(2));
        AwaitAssert(() => Assert.True(Table.Serves(1)));
    }

    [Fact]
    public void Another_number_that_is_asked_for_while_a_share_is_taken_back_should_follow()
    {
        FakeWorker[] workers = Serve(2);
        DieUntilAway(workers[1]);
        AwaitAssert(() => Assert.Contains("disown 1", Platform.Journal));
        workers[0].Obedience &= ~Obedience.Obey;
        Advance(TimeSpan.FromSeconds(1));
        AwaitAssert(() => Assert.Contains("drain 0", Platform.Journal));
        Relay.Tell(new RelayCommands.SetWorkers("in0", 3), TestActor);
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        workers[0].Obedience = Obedience.Full;
        workers[0].Obey();
        Assert.Equal("in0 is served by 3 workers", ExpectMsg<CommandResult.Ok>().Sentence);
        Assert.All(Enumerable.Range(0, 3), seat => Assert.True(Table.Serves(seat)));
    }

    [Fact]
    public void Whoever_is_away_should_not_get_flows_of_one_that_is_given_up()
    {
        FakeWorker[] workers = Serve(3);
        DieUntilAway(workers[1]);
        AwaitAssert(() => Assert.Contains("disown 1", Platform.Journal));
        Relay.Tell(new RelayCommands.SetWorkers("in0", 2), TestActor);
        Assert.Equal("in0 is served by 2 workers", ExpectMsg<CommandResult.Ok>().Sentence);
        Assert.All(Table.SeatOf, seat => Assert.Equal(0, seat));
        Advance(TimeSpan.FromSeconds(1));
        AwaitAssert(() => Assert.Equal(128, Table.SeatOf.Count(seat => seat == 1)));
    }

    [Fact]
    public void Whoever_is_away_should_be_given_up_at_once()
    {
        FakeWorker[] workers = Serve(2);
        DieUntilAway(workers[1]);
        AwaitAssert(() => Assert.Contains("disown 1", Platform.Journal));
        TakeJournal();
        Relay.Tell(new RelayCommands.SetWorkers("in0", 1), TestActor);
        Assert.Equal("in0 is served by 1 worker", ExpectMsg<CommandResult.Ok>().Sentence); // nobody has to drain
        Assert.Equal(["spread 1", "unseat"], TakeJournal());
    }

    [Fact]
    public void New_worker_should_not_wait_for_one_that_did_not_take_its_share_back()
    {
        FakeWorker[] workers = Serve(2);
        DieUntilAway(workers[1]);
        AwaitAssert(() => Assert.Contains("disown 1", Platform.Journal));
        Platform.Obedience &= ~Obedience.Obey;
        Advance(TimeSpan.FromSeconds(1));
        FakeWorker second = NextWorker();
        AwaitAssert(() => Assert.Contains("hold 1", Platform.Journal));
        Platform.Obedience = Obedience.Full;
        Advance(TimeSpan.FromSeconds(1));
        AwaitAssert(() => Assert.Contains("resume 1", Platform.Journal)); // it has not answered
        Assert.False(Table.Serves(1));
        Relay.Tell(new RelayCommands.SetWorkers("in0", 3), TestActor);
        Assert.Equal("in0 is served by 3 workers", ExpectMsg<CommandResult.Ok>().Sentence);
        Assert.True(Table.Serves(2));
        second.Obedience = Obedience.Full;
        second.Obey(); // what it is asked next
        AwaitAssert(() => Assert.True(Table.Serves(1)));
    }

    /// <summary>Whatever order workers vanish and return in: who is away has no flow while somebody runs, and flows of those that run are only moved with their knowledge.</summary>
    [Fact]
    public void Flows_given_away_should_be_those_of_absent_workers_only() =>
        Gen.Select(Gen.Int[2, 12], Gen.Int[0, 11].Array[1, 40]).Sample((seats, toggled) =>
        {
            BucketTable table = BucketTable.One.Rebalance(seats, out _);
            ImmutableHashSet<int> away = [];
            foreach (int seat in toggled.Where(s => s < seats))
            {
                away = away.SymmetricExcept([seat]);
                int[] running = [.. Enumerable.Range(0, seats).Where(s => !away.Contains(s))];
                if (WorkerShares.GiveAway(table, away, running) is not { } given)
                    continue;
                Assert.Equal(given.Givers, [.. away.Where(s => table.Serves(s)).Order()]);
                Assert.All(Enumerable.Range(0, BucketTable.Buckets).Where(b => table.SeatOf[b] != given.Next.SeatOf[b]), b => Assert.Contains(table.SeatOf[b], away));
                Assert.True(running.Length == 0 || given.Next.SeatOf.All(seat => !away.Contains(seat)));
                table = given.Next;
            }
        });

    private BucketTable Table => Platform.Ports.Last().Table;

    private FakeWorker[] Serve(int count)
    {
        Ok(Video());
        FakeWorker first = NextWorker();
        Relay.Tell(new RelayCommands.SetWorkers("in0", count), TestActor);
        ExpectMsg<CommandResult.Ok>();
        FakeWorker[] workers = [first, .. Enumerable.Range(1, count - 1).Select(_ => NextWorker())];
        AwaitAssert(() => Assert.Contains($"resume {count - 1}", Platform.Journal));
        TakeJournal();
        return workers;
    }

    /// <summary>Four times: it is started again at once, after a quarter and after half a second, and would be after a second.</summary>
    private void DieUntilAway(FakeWorker worker)
    {
        foreach (int wait in new[] { 0, 250, 500 })
        {
            worker.Exit("killed by signal 9");
            if (wait > 0)
                AwaitAssert(() => Assert.Equal(WorkerStatus.Backoff, Workers()[worker.Number].Status));
            Advance(TimeSpan.FromMilliseconds(wait));
            worker = NextWorker();
        }

        AwaitAssert(() => Assert.NotNull(worker.Rules));
        TakeJournal();
        worker.Exit("killed by signal 9");
    }
}

using Mcr.Actors.Beside;

namespace Mcr.Specs.Beside;

/// <summary>The life of an ActorSystem beside the relay's, decision by decision.</summary>
public sealed class BesideStateSpecs
{
    private BesideState _state = BesideState.Fresh;
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void What_ends_by_itself_should_be_made_anew_at_once_and_later_each_time_it_does_not_live()
    {
        Assert.Equal([0, 250, 500, 1000], new[] { Delay(Live), Delay(Live), Delay(Live), Delay(Live) });
        Begin();
        _now += TimeSpan.FromHours(1);
        Assert.Equal(0, Delay(() => Do(_state.Ended("x", _now, 0.5))));

        IReadOnlyList<BesideEffect> Live()
        {
            Begin();
            return Do(_state.Ended("x", _now, 0.5));
        }
    }

    [Fact]
    public void Fault_should_be_the_first_until_it_is_back()
    {
        Do(_state.Start());
        Assert.Equal(new BesideEffect.Failed("no", TimeSpan.Zero, HasRun: false, IsFirst: true), Failed(Do(_state.NotMade("no", _now, 0.5))));
        Do(_state.Start());
        Assert.False(Failed(Do(_state.NotMade("no", _now, 0.5))).IsFirst);
        Assert.True(Begin().IsBack);
        Assert.True(Failed(Do(_state.Ended("x", _now, 0.5))) is { HasRun: true, IsFirst: true });
        Assert.True(Begin().IsBack);
        Do(_state.BeginAnew("renewed"));
        Do(_state.Ended("x", _now, 0.5));
        Assert.False(Begin().IsBack);
        Assert.Equal(3, _state.Restarts);
    }

    [Fact]
    public void Renewed_files_should_make_it_anew_without_a_fault()
    {
        Begin();
        Assert.Equal([new BesideEffect.TerminateIn(BesideState.RenewalDelay)], Do(_state.Looked([])));
        Assert.Empty(Do(_state.Looked([]))); // it is under way
        Assert.Equal([new BesideEffect.Terminate()], Do(_state.MoveIsDue()));
        Assert.Equal(
            [new BesideEffect.Moved("its certificate was renewed"), new BesideEffect.Became(BesideStage.Waiting, "its certificate was renewed"), new BesideEffect.MakeIn(BesideState.MoveDelay)],
            Do(_state.Ended("x", _now, 0.5)));
        Assert.Equal(0, _state.Restarts);
    }

    [Fact]
    public void Files_that_cannot_be_used_should_be_said_once_also_when_it_is_made_with_those_from_before()
    {
        Begin();
        Assert.Equal([new BesideEffect.FilesAreBad("no key; no name")], Do(_state.Looked(["no key", "no name"])));
        Assert.Empty(Do(_state.Looked(["no key", "no name"])));
        Do(_state.Ended("x", _now, 0.5));
        Do(_state.Start());
        Assert.DoesNotContain(Do(_state.Made("no key; no name", _now)), e => e is BesideEffect.FilesAreBad);
        Assert.Equal([new BesideEffect.FilesAreBad("no name")], Do(_state.Looked(["no name"])));
        Assert.Empty(Do(_state.Looked(null))); // they are as they were
        Do(_state.Ended("x", _now, 0.5));
        Do(_state.Start());
        Assert.Contains(new BesideEffect.FilesAreBad("no name"), Do(_state.Made("no name", _now)));
    }

    [Fact]
    public void What_was_told_to_leave_should_stay_away_until_it_is_told_to_join()
    {
        Begin();
        Assert.Equal([new BesideEffect.MakeNoMore(), new BesideEffect.Leave(BesideState.LeaveLimit)], Do(_state.Leave()));
        Assert.Empty(Do(_state.BeginAnew("x")));
        Assert.Equal([new BesideEffect.Terminate()], Do(_state.LeaveIsOverdue()));
        Assert.Equal([new BesideEffect.Became(BesideStage.Left, null), new BesideEffect.Left()], Do(_state.Ended("x", _now, 0.5)));
        Assert.Empty(Do(_state.LeaveIsOverdue()));
        Assert.Equal([new BesideEffect.Became(BesideStage.Starting, null), new BesideEffect.Make()], Do(_state.Join()));
        Assert.Empty(Do(_state.Start()));
    }

    [Fact]
    public void What_is_told_to_join_before_it_has_left_should_leave_and_come_back()
    {
        Begin();
        Do(_state.Leave());
        Assert.Empty(Do(_state.Join()));
        Assert.Equal(
            [new BesideEffect.Became(BesideStage.Waiting, "it has left, and was told to join again"), new BesideEffect.Left(), new BesideEffect.MakeIn(BesideState.MoveDelay)],
            Do(_state.Ended("x", _now, 0.5)));
        Do(_state.Start());
        Do(_state.Leave());
        Do(_state.Join()); // while it is being made
        Assert.DoesNotContain(Do(_state.Made("", _now)), e => e is BesideEffect.Leave);
        Do(_state.Leave());
        Do(_state.Join());
        Do(_state.Leave()); // the last word counts
        Assert.Contains(new BesideEffect.Became(BesideStage.Left, null), Do(_state.Ended("x", _now, 0.5)));
    }

    private BesideEffect.Began Begin()
    {
        Do(_state.Start());
        return Do(_state.Made("", _now)).OfType<BesideEffect.Began>().Single();
    }

    private static BesideEffect.Failed Failed(IReadOnlyList<BesideEffect> effects) => effects.OfType<BesideEffect.Failed>().Single();

    private static int Delay(Func<IReadOnlyList<BesideEffect>> act) => (int)act().OfType<BesideEffect.MakeIn>().Single().Delay.TotalMilliseconds;

    private IReadOnlyList<BesideEffect> Do(BesideStep step)
    {
        _state = step.Next;
        return step.Effects;
    }
}

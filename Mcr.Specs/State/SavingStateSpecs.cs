using System.Collections.Immutable;
using Mcr.Actors.State;

namespace Mcr.Specs.State;

/// <summary>When a changed overlay is written.</summary>
public sealed class SavingStateSpecs
{
    private SavingState _state = SavingState.Idle;

    [Fact]
    public void Changes_during_a_write_should_go_with_the_next_one()
    {
        Assert.Equal([new SavingEffect.Write()], Do(s => s.Changed()));
        Assert.Empty(Do(s => s.Changed()));
        Assert.Empty(Do(s => s.Changed()));
        Assert.Equal([new SavingEffect.Write()], Do(s => s.Written(null)));
        Assert.Equal([new SavingEffect.Rest()], Do(s => s.Written(null)));
        Assert.Equal(SavingState.Idle, _state);
    }

    [Fact]
    public void Failure_should_be_told_once_and_tried_again_ever_later_until_it_works()
    {
        Do(s => s.Changed());
        var delays = new List<double>();
        for (int i = 0; i < 9; i++)
        {
            ImmutableArray<SavingEffect> effects = Do(s => s.Written("full"));
            Assert.Equal(i == 0, effects.Contains(new SavingEffect.Tell("full")));
            delays.Add(effects.OfType<SavingEffect.Retry>().Single().Delay.TotalSeconds);
            Assert.Empty(Do(s => s.Changed())); // which the retry has with it
            Assert.Equal([new SavingEffect.Write()], Do(s => s.RetryIsDue()));
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], delays);
        Assert.Equal([new SavingEffect.Tell(null), new SavingEffect.Rest()], Do(s => s.Written(null)));
        Assert.Empty(Do(s => s.RetryIsDue()));
    }

    [Fact]
    public void Flush_should_rest_when_all_is_written_or_has_failed_once_more()
    {
        Assert.Equal([new SavingEffect.Rest()], Do(s => s.Flush()));
        Do(s => s.Changed());
        Do(s => s.Changed());
        Assert.Empty(Do(s => s.Flush()));
        Assert.Equal([new SavingEffect.Write()], Do(s => s.Written(null)));
        Assert.Equal([new SavingEffect.Rest()], Do(s => s.Written(null)));
        Do(s => s.Changed());
        Do(s => s.Written("full"));
        Assert.Equal([new SavingEffect.Write()], Do(s => s.Flush()));
        Assert.Contains(new SavingEffect.Rest(), Do(s => s.Written("full")));
    }

    private ImmutableArray<SavingEffect> Do(Func<SavingState, (SavingState, ImmutableArray<SavingEffect>)> happens)
    {
        (_state, ImmutableArray<SavingEffect> effects) = happens(_state);
        return effects;
    }
}

using Mcr.Actors.Cluster;

namespace Mcr.Specs.Cluster;

/// <summary>How fast a node can go from island to island, whatever it hears.</summary>
public sealed class MovesStateSpecs
{
    [Fact]
    public void Each_move_should_be_followed_by_twice_the_wait_of_the_last()
    {
        MovesState moves = MovesState.None;
        var holds = new List<double>();
        TimeSpan now = TimeSpan.FromHours(1);
        for (int i = 0; i < 9; i++)
        {
            moves = moves.Moved(now);
            now += moves.Hold;
            holds.Add(moves.Hold.TotalSeconds);
        }

        Assert.Equal([0, 2, 4, 8, 16, 32, 64, 64, 64], holds);
        Assert.Equal(MovesState.LongestHold, (moves with { Count = int.MaxValue - 1 }).Moved(now).Hold);
    }

    [Fact]
    public void Who_has_stayed_long_should_begin_to_count_anew()
    {
        MovesState moves = new(7, TimeSpan.FromSeconds(10));
        Assert.Equal(MovesState.LongestHold, moves.Moved(TimeSpan.FromSeconds(9) + MovesState.Settled).Hold);
        Assert.Equal(TimeSpan.Zero, moves.Moved(TimeSpan.FromSeconds(10) + MovesState.Settled).Hold);
    }
}

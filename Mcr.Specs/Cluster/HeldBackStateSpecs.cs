using Mcr.Actors.Cluster;

namespace Mcr.Specs.Cluster;

/// <summary>Who is struck off because others cannot come back otherwise.</summary>
public sealed class HeldBackStateSpecs
{
    private static readonly TimeSpan Soon = HeldBackState.Patience / 2;

    [Theory]
    [InlineData("Up", "")]
    [InlineData("Leaving", "")]
    [InlineData("Down", "tcp://c")]
    [InlineData("Exiting", "tcp://c")]
    public void Node_out_of_reach_should_be_struck_off_when_it_holds_up_another_for_long(string status, string down)
    {
        ClusterMember[] members = [Member("a", "Up", true), Member("b", status, false), Member("c", "Up", false), Member("d", "Up", true), Member("e", "Down", false)];
        if (status is "Up" or "Leaving")
            members = members[..4];
        (HeldBackState state, var first) = new HeldBackState().Look(members, TimeSpan.FromSeconds(7));
        Assert.Empty(first);
        (state, var second) = state.Look(members, TimeSpan.FromSeconds(7) + Soon);
        Assert.Empty(second);
        (_, var third) = state.Look(members, TimeSpan.FromSeconds(7) + HeldBackState.Patience);
        Assert.Equal(status == "Up" ? [] : down.Split(',', StringSplitOptions.RemoveEmptyEntries), third);
    }

    /// <summary>It ended before all had agreed, and nobody can agree without it.</summary>
    [Fact]
    public void Node_that_was_gone_while_it_was_leaving_should_be_struck_off_alike()
    {
        ClusterMember[] members = [Member("a", "Up", true), Member("b", "Down", false), Member("c", "Leaving", false), Member("d", "Leaving", true)];
        (HeldBackState state, _) = new HeldBackState().Look(members, TimeSpan.Zero);
        Assert.Equal(["tcp://c"], state.Look(members, HeldBackState.Patience).Down);
    }

    [Fact]
    public void Another_life_should_be_waited_for_anew()
    {
        (HeldBackState state, _) = new HeldBackState().Look([Member("b", "Down", false), Member("c", "Up", false)], TimeSpan.Zero);
        (state, _) = state.Look([Member("b", "Up", true), Member("c", "Up", false)], Soon);
        (_, var down) = state.Look([Member("b", "Down", false), Member("c", "Up", false)], HeldBackState.Patience * 2);
        Assert.Empty(down);
    }

    private static ClusterMember Member(string node, string status, bool isReachable) => new(node, $"tcp://{node}", 1, status, isReachable, "");
}

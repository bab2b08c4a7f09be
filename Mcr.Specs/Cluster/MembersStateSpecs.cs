using Mcr.Actors.Cluster;
using Mcr.Actors.Messages;

namespace Mcr.Specs.Cluster;

public sealed class MembersStateSpecs
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly List<RelayEvent> _news = [];
    private MembersState _state = new("a");
    private DateTimeOffset _now = Noon;

    [Fact]
    public void Node_should_be_told_of_as_it_joins_is_lost_comes_back_and_leaves()
    {
        Become(Member("a"), Member("b"));
        Assert.Equal("Info NodeJoined node b is part of the cluster (mcrd 1.2, tcp://b)", Told());
        Become(Member("a"), Member("b"));
        Assert.Equal("", Told());
        Become(Member("a"), Member("b", reachable: false));
        Assert.Equal("Warning NodeLost node b cannot be reached; if it lives, it relays on with what it has, and rules for it wait here", Told());
        Become(seconds: 2.25, Member("a"), Member("b", reachable: false));
        Assert.Equal("", Told());
        Become(seconds: 0.05, Member("a"), Member("b"));
        Assert.Equal("Info NodeBack node b can be reached again, after 2.3 s", Told());
        Become(Member("a"), Member("b", status: "Leaving"));
        Assert.Equal("Info NodeLeft node b is not part of the cluster any more", Told());
        Become(Member("a"));
        Assert.Equal("", Told()); // once
    }

    [Fact]
    public void Address_should_be_told_so_that_it_can_be_printed()
    {
        Become(Member("a"), Member("b") with { Address = $"tcp://b\e[2J{new string('x', 10_000)}" });
        Assert.StartsWith("tcp://b?[2Jxxx", _news[^1].Values["address"], StringComparison.Ordinal);
        Assert.InRange(_news[^1].Sentence.Length, 400, 500);
    }

    [Fact]
    public void Nothing_should_be_told_of_this_node_itself()
    {
        Become(Member("a"));
        Become(Member("a", status: "Leaving"));
        Become();
        Assert.Equal("", Told());
    }

    [Fact]
    public void Node_that_is_seen_first_when_it_cannot_be_reached_should_be_told_of_when_it_can()
    {
        Become(Member("b", reachable: false));
        Assert.Equal("", Told());
        Become(seconds: 60, Member("b"));
        Assert.StartsWith("Info NodeBack node b can be reached again, after 60.0 s", Told(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Down")]
    [InlineData("Removed")]
    [InlineData("Exiting")]
    public void Node_that_is_not_waited_for_any_more_should_be_told_of_as_gone(string status)
    {
        Become(Member("b"));
        Become(Member("b", reachable: false));
        Told();
        Become(Member("b", status, reachable: false));
        Assert.Equal("Info NodeLeft node b is not part of the cluster any more", Told());
        Become();
        Assert.Equal("", Told());
    }

    [Fact]
    public void Of_two_lives_of_one_node_the_one_that_can_be_reached_should_count()
    {
        Become(Member("b", life: 1));
        Become(Member("b", life: 1, reachable: false));
        Told();
        Become(seconds: 3, Member("b", life: 1, reachable: false), Member("b", status: "WeaklyUp", life: 2));
        Assert.Equal("Info NodeBack node b can be reached again, after 3.0 s", Told());
        Assert.Equal(2, _state.Find("b")!.Incarnation);
        Become(Member("b", life: 2));
        Assert.Equal("", Told());
    }

    [Fact]
    public void Of_two_lives_that_can_be_reached_the_one_that_stays_should_count()
    {
        Become(Member("b", status: "Exiting", life: 9), Member("b", life: 2));
        Assert.Equal(2, _state.Find("b")!.Incarnation);
    }

    [Fact]
    public void Since_should_be_when_a_node_came_into_its_status_reach_and_life()
    {
        Become(Member("b", status: "Joining"));
        Become(seconds: 1, Member("b"));
        Become(seconds: 1, Member("b") with { Version = "1.3" });
        Assert.Equal((Noon.AddSeconds(1), "1.3"), (_state.Members["b"].Since, _state.Find("b")!.Version));
        Become(seconds: 1, Member("b", life: 2));
        Assert.Equal(Noon.AddSeconds(3), _state.Members["b"].Since);
        Become(seconds: 1, Member("b", life: 2, reachable: false));
        Assert.Equal(Noon.AddSeconds(4), _state.Members["b"].Since);
    }

    [Fact]
    public void After_a_start_anew_nobody_should_be_lost_and_all_join()
    {
        Become(Member("a"), Member("b"), Member("c"));
        Told();
        _state = _state.Forget();
        Become(Member("a"));
        Assert.Equal("", Told());
        Become(Member("a"), Member("b"), Member("c"));
        Assert.Equal(["b", "c"], _news.Select(n => n.Values["node"]));
        Assert.All(_news, n => Assert.Equal((EventKind.NodeJoined, $"tcp://{n.Values["node"]}"), (n.Kind, n.Values["address"])));
    }

    private void Become(params ClusterMember[] members)
    {
        (_state, var news) = _state.Become(members, _now);
        _news.AddRange(news);
    }

    private void Become(double seconds, params ClusterMember[] members)
    {
        _now = _now.AddSeconds(seconds);
        Become(members);
    }

    private string Told()
    {
        string told = string.Join('\n', _news.Select(n => $"{n.Severity} {n.Kind} {n.Sentence}"));
        _news.Clear();
        return told;
    }

    private static ClusterMember Member(string node, string status = "Up", bool reachable = true, int life = 1) => new(node, $"tcp://{node}", life, status, reachable, "1.2");
}

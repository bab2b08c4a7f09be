using System.Collections.Immutable;
using Mcr.Actors.Cluster;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Cluster.IslandEffect>;

namespace Mcr.Specs.Cluster;

/// <summary>What one node does when it hears one thing; of many nodes together, <see cref="IslandNetworkSpecs"/>.</summary>
public sealed class IslandStateSpecs
{
    private static readonly HashSet<string> Nobody = [];
    private static readonly Island Starting = new("b#1", []);

    [Fact]
    public void Search_should_ask_every_seed_and_found_nothing_before_they_have_answered()
    {
        (IslandState state, Effects effects) = New("a").Look(TimeSpan.Zero);
        Assert.Equal([new IslandEffect.Knock("b"), new IslandEffect.Knock("c")], effects);
        (state, effects) = state.Heard("b", null, "refused", Ms(10));
        Assert.Empty(effects);
        Assert.Equal("refused", state.Answers["b"].Problem);
    }

    /// <summary>In words: what a and b answer, and what c, of seeds a and b, does.</summary>
    [Theory]
    [InlineData("nothing", "nothing", "found")]
    [InlineData("starts", "nothing", "")]
    [InlineData("a+x", "nothing", "join a")]
    [InlineData("starts", "b", "join b")]
    public void Search_should_end_as_soon_as_it_is_known_how(string ofA, string ofB, string does)
    {
        IslandState c = new("c#1", ["a", "b"], TimeSpan.Zero);
        (c, Effects first) = Hear(c, "a", ofA);
        (_, Effects second) = Hear(c, "b", ofB);
        Assert.Equal(does, Words(ofA is "a+x" ? first : second)); // an island is joined at once
    }

    [Fact]
    public void Least_of_those_that_just_start_should_found_one_and_others_wait_for_it()
    {
        IslandState least = New("a");
        (least, _) = least.Heard("b", Starting, null, Ms(1));
        Assert.Equal("found", Words(least.Heard("c", new Island("c#1", []), null, Ms(2)).Effects));
        IslandState other = New("b");
        (other, _) = other.Heard("a", new Island("a#1", []), null, Ms(1));
        (other, Effects effects) = other.Heard("c", new Island("c#1", []), null, Ms(2));
        Assert.Empty(effects);
        Assert.Equal("join a", Words(other.Heard("a", new Island("a#1", ["a#1"]), null, Ms(300)).Effects));
    }

    [Fact]
    public void Search_should_not_wait_for_ever_for_one_that_just_starts()
    {
        (IslandState b, _) = New("b").Heard("a", new Island("a#1", []), null, Ms(1));
        Assert.DoesNotContain(b.Look(IslandState.LongestSearch).Effects, e => e is IslandEffect.Found);
        Assert.Contains(b.Look(IslandState.LongestSearch + Ms(1)).Effects, e => e is IslandEffect.Found);
    }

    [Fact]
    public void Nobody_should_be_founded_or_joined_twice()
    {
        (IslandState a, Effects effects) = New("a", []).Look(TimeSpan.Zero);
        Assert.Equal("found", Words(effects));
        Assert.Empty(a.Look(Ms(250)).Effects);
        (IslandState b, _) = New("b").Heard("a", new Island("a#1", ["a#1"]), null, Ms(1));
        Assert.Empty(b.Heard("c", new Island("c#1", ["c#1", "d#1"]), null, Ms(2)).Effects);
    }

    [Fact]
    public void Join_that_leads_to_nothing_should_be_begun_anew()
    {
        (IslandState b, _) = New("b").Heard("a", new Island("a#1", ["a#1"]), null, Ms(1));
        Assert.Equal("knock a, knock c", Words(b.Look(Ms(1) + IslandState.LongestJoin).Effects));
        Assert.Equal("move", Words(b.Look(Ms(2) + IslandState.LongestJoin).Effects));
        Assert.Equal("knock c", Words(b.Joined(["a#7", "b#1"], Nobody).Look(Ms(2) + IslandState.LongestJoin).Effects));
    }

    /// <summary>What b, member of an island, does when it has heard twice of another one.</summary>
    [Theory]
    [InlineData("b#1", "a#1", "move")] // as large, and the least address counts
    [InlineData("b#1", "c#1", "")]
    [InlineData("b#1 d#1", "a#1", "")]
    [InlineData("b#1", "c#1 d#1", "move")]
    [InlineData("b#1 d#1", "a#1 c#1 e#1", "move")]
    [InlineData("b#1 a#1", "a#1 b#1 c#1", "")] // one cluster, which a cut divides or gossip has not yet reached
    [InlineData("b#1", "a#1 b#1 c#1", "")]
    [InlineData("b#1 a#1", "a#1", "")]
    [InlineData("a#1 b#1", "c#1 a#1", "")] // a member in common, of whom one of them is not known: the first that differs counts
    [InlineData("a#1 b#1 d#1", "c#1 a#1 b#0", "move")]
    [InlineData("b#1 c#1", "a#1 b#0 d#1", "move")] // it knows an earlier life of b
    public void Members_of_the_smaller_of_two_islands_should_move(string own, string other, string does)
    {
        string[] others = other.Split(' ');
        string speaker = others[0];
        IslandState b = New("b").Joined([.. own.Split(' ')], Nobody);
        (b, Effects once) = b.Heard(speaker[..1], new Island(speaker, [.. others]), null, Ms(1));
        Assert.Empty(once); // gossip may be under way
        Assert.Equal(does, Words(b.Heard(speaker[..1], new Island(speaker, [.. others]), null, Ms(2)).Effects));
    }

    [Fact]
    public void Silence_should_move_nobody_and_begin_the_count_anew()
    {
        IslandState b = New("b").Joined(["b#1"], Nobody);
        var larger = new Island("a#1", ["a#1", "c#1"]);
        (b, _) = b.Heard("a", larger, null, Ms(1));
        (b, _) = b.Heard("a", null, "no answer", Ms(2));
        (b, Effects effects) = b.Heard("a", larger, null, Ms(3));
        Assert.Empty(effects);
        Assert.Equal("move", Words(b.Heard("a", larger, null, Ms(4)).Effects));
    }

    [Fact]
    public void Member_should_ask_those_seeds_only_that_are_none()
    {
        Assert.Equal("knock c", Words(New("b").Joined(["a#9", "b#1"], Nobody).Look(Ms(1)).Effects));
        Assert.Equal("knock a, knock c", Words(New("b").Joined(["aa#9", "b#1"], Nobody).Look(Ms(1)).Effects));
    }

    /// <summary>Who knocks does not know this node for a member, and asks nobody else.</summary>
    [Fact]
    public void Seed_that_is_a_member_and_knocks_should_be_asked_back()
    {
        Assert.False(New("b").Joined(["a#9", "b#1"], Nobody).Asks("a"));
        Assert.True(New("b").Joined(["a#9", "b#1"], Nobody).Asks("c"));
        Assert.True(New("b").Joined(["a#9", "b#1"], new HashSet<string> { "a#9" }).Asks("a"));
        Assert.False(New("b").Asks("d"));
    }

    [Fact]
    public void Member_that_cannot_be_reached_should_be_asked_for_it_may_have_another_life() =>
        Assert.Equal("knock a, knock c", Words(New("b").Joined(["a#9", "b#1"], new HashSet<string> { "a#9" }).Look(Ms(1)).Effects));

    /// <summary>Akka does not listen to whom it does not know: one of the two has to join anew, and which one both know.</summary>
    [Theory]
    [InlineData("a#1 c#1", "b#1 a#1 c#1", true)] // it does not know b
    [InlineData("a#1 b#1", "b#1 c#1 d#1", true)] // b does not know it
    [InlineData("a#1 b#1 c#1", "b#1", false)]
    [InlineData("a#1 c#1 d#1", "b#1 a#1", false)]
    public void Node_of_the_smaller_of_two_islands_that_know_each_other_one_way_only_should_begin_anew(string own, string other, bool moves)
    {
        string[] others = other.Split(' ');
        ImmutableSortedSet<string> members = [.. own.Split(' ')];
        IslandState a = New("a").Joined(members, Nobody);
        int heard = 0;
        Effects effects = [];
        for (; effects.IsEmpty && heard < 100; heard++)
        {
            (a, effects) = a.Heard("b", new Island("b#1", [.. others]), null, Ms(heard));
            a = a.Joined(members, Nobody);
        }

        Assert.Equal((moves ? "move" : "", moves ? 30 : 100), (Words(effects), heard));
    }

    /// <summary>Else both would move: the other one leaves, and what it said last is then of an island that is as large.</summary>
    [Fact]
    public void One_that_was_known_one_way_and_leaves_should_not_be_followed()
    {
        IslandState b = New("b").Joined(["a#1", "b#1", "c#1"], Nobody);
        var other = new Island("a#1", ["a#1", "c#1"]);
        for (int i = 0; i < 30; i++)
            b = b.Heard("a", other, null, Ms(i)).Next;
        b = b.Joined(["b#1", "c#1"], Nobody);
        Assert.Equal("knock a, knock c", Words(b.Joined(["b#1", "c#1"], new HashSet<string> { "c#1" }).Look(Ms(30)).Effects));
    }

    [Fact]
    public void Who_has_moved_often_should_stay_for_a_while_and_listen_before_it_joins()
    {
        IslandState b = New("b") with { Hold = TimeSpan.FromSeconds(4) };
        Assert.Empty(b.Heard("a", new Island("a#1", ["a#1"]), null, Ms(1999)).Effects);
        Assert.Equal("join c", Words(b.Heard("a", new Island("a#1", ["a#1"]), null, Ms(1)).Next.Heard("c", new Island("c#1", ["c#1", "d#1"]), null, Ms(2000)).Effects));
        var larger = new Island("a#1", ["a#1", "c#1"]);
        b = b.Joined(["b#1"], Nobody).Heard("a", larger, null, Ms(2000)).Next;
        (b, Effects effects) = b.Heard("a", larger, null, Ms(3999));
        Assert.Empty(effects);
        Assert.Contains(new IslandEffect.Move("there is a larger part of the cluster, or one that counts more, at a#1"), b.Look(Ms(4000)).Effects);
    }

    [Fact]
    public void Join_of_one_who_has_moved_often_should_be_begun_anew_no_sooner()
    {
        (IslandState b, _) = (New("b") with { Hold = TimeSpan.FromSeconds(32) }).Heard("a", new Island("a#1", ["a#1"]), null, Ms(2000));
        Assert.Equal("knock a, knock c", Words(b.Look(Ms(32_000)).Effects));
        Assert.Equal("move", Words(b.Look(Ms(32_001)).Effects));
    }

    /// <summary>Both are members: of the dead one nobody is rid, and so nobody comes back there.</summary>
    [Fact]
    public void Island_with_two_lives_of_one_node_should_be_left_after_a_while_and_be_joined_by_nobody()
    {
        IslandState b = New("b").Joined(["a#1", "b#1", "c#1", "c#2"], Nobody);
        (b, _) = b.Look(Ms(1));
        (b, Effects effects) = b.Look(IslandState.LongestDouble + Ms(1));
        Assert.Equal("", Words(effects));
        Assert.Equal("move", Words(b.Look(IslandState.LongestDouble + Ms(2)).Effects));
        Assert.Equal("", Words(b.Joined(["a#1", "b#1", "c#2"], Nobody).Look(IslandState.LongestDouble + Ms(2)).Effects));

        var bad = new Island("a#1", ["a#1", "b#1", "c#1", "c#2"]);
        (IslandState d, effects) = new IslandState("d#1", ["a"], TimeSpan.Zero).Heard("a", bad, null, Ms(1));
        Assert.Empty(effects);
        Assert.Equal("found", Words(d.Heard("a", bad, null, IslandState.LongestSearch + Ms(1)).Effects));
        Assert.True(new Island("d#1", ["d#1"]).Outranks(bad));
        Assert.False(bad.Outranks(new Island("d#1", ["d#1"])));
        Assert.False(new Island("e", ["e", "#", "f#g#1", "f#1"]).HasDoubles); // as anybody may send it
    }

    [Theory]
    [InlineData("Up", true, "a#1 c#1 c#2")]
    [InlineData("Down", false, "a#1 c#1 c#2")]
    public void Both_lives_of_one_node_should_be_shown_whatever_has_become_of_them(string status, bool isReachable, string members) =>
        Assert.Equal(members, string.Join(' ', Island.MembersOf([
            new ClusterMember("a", "a", 1, "Up", true, ""), new ClusterMember("b", "b", 1, "Leaving", true, ""),
            new ClusterMember("c", "c", 1, "Up", false, ""), new ClusterMember("c", "c", 2, status, isReachable, "")])));

    /// <summary>Nobody asks it any more: it is a member, or has been switched off.</summary>
    [Fact]
    public void What_was_heard_long_ago_should_move_nobody()
    {
        IslandState b = (New("b") with { Hold = TimeSpan.FromSeconds(60) }).Joined(["b#1"], Nobody);
        var larger = new Island("c#1", ["c#1", "d#1"]);
        (b, _) = b.Heard("c", larger, null, Ms(50_000));
        (b, _) = b.Heard("c", larger, null, Ms(51_000));
        Assert.DoesNotContain(b.Look(Ms(60_001)).Effects, e => e is IslandEffect.Move);
        (b, _) = b.Heard("c", larger, null, Ms(61_000));
        Assert.DoesNotContain(b.Look(Ms(61_001)).Effects, e => e is IslandEffect.Move); // one alone is none in a row
        (_, Effects effects) = b.Heard("c", larger, null, Ms(62_000));
        Assert.Equal("move", Words(effects));
    }

    [Fact]
    public void Who_is_not_among_the_members_should_go_on_searching() => Assert.Null(New("b").Joined(["a#1", "b#0"], Nobody).Members);

    /// <summary>Else the operator is told for ever of a seed that cannot be reached, and who is alone one day goes to an island that is no more.</summary>
    [Fact]
    public void What_a_member_said_before_it_was_one_should_be_forgotten()
    {
        IslandState b = New("b").Joined(["a#1", "b#1", "d#1"], Nobody);
        var before = new Island("c#1", ["c#1", "e#1"]);
        (b, _) = b.Heard("c", before, null, Ms(1));
        (b, _) = b.Heard("c", before, null, Ms(2));
        b = b.Joined(["a#1", "b#1", "c#2", "d#1"], Nobody);
        Assert.DoesNotContain("c", b.Answers.Keys);
        Assert.Equal("knock a, knock c", Words(b.Joined(["b#1"], Nobody).Look(Ms(3)).Effects));
    }

    private static IslandState New(string self, ImmutableSortedSet<string>? seeds = null) => new($"{self}#1", (seeds ?? ["a", "b", "c"]).Remove(self), TimeSpan.Zero);

    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);

    private static (IslandState Next, Effects Effects) Hear(IslandState state, string address, string what) => state.Heard(
        address,
        what switch { "nothing" => null, "starts" => new Island($"{address}#1", []), _ => new Island($"{address}#1", [.. what.Split('+').Select(m => $"{m}#1")]) },
        what == "nothing" ? "refused" : null,
        Ms(1));

    private static string Words(Effects effects) => string.Join(", ", effects.Select(e => e switch
    {
        IslandEffect.Knock knock => $"knock {knock.Seed}",
        IslandEffect.Join join => $"join {join.Address}",
        IslandEffect.Found => "found",
        _ => "move",
    }));
}

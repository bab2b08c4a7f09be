using Mcr.Actors.Cluster;
using Mcr.Actors.Messages;

namespace Mcr.Specs.Cluster;

public sealed class DriftStateSpecs
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>One step: seconds, what runs (- for not known), what should. Told in words at the end.</summary>
    [Theory]
    [InlineData("0 x x, 9 x x", "")]
    [InlineData("0 x y, 2 x y, 2.9 x x", "")] // a change that is under way
    [InlineData("0 x y, 3 x y", "3 Warning")]
    [InlineData("0 x y, 3 x y, 9 x y, 12 z y", "3 Warning")] // once
    [InlineData("0 x y, 3 x y, 4 y y, 9 y y", "3 Warning, 4 Info")]
    [InlineData("0 x y, 2 y y, 4 x y, 6 x y", "")] // the time counts anew
    [InlineData("0 x y, 2 - y, 4 x y, 6 x y, 7 x y", "7 Warning")]
    [InlineData("0 - y, 9 - y", "")]
    [InlineData("0 x y, 3 x y, 4 - y, 9 y y", "3 Warning, 9 Info")] // who was told of it is told of its end
    [InlineData("0 x y, 3 x y, 4 - y, 9 x y, 15 x y", "3 Warning")]
    [InlineData("0 x y, 3 x y, 4 y y, 5 x y, 8 x y", "3 Warning, 4 Info, 8 Warning")]
    public void Difference_should_be_news_when_it_lasts(string steps, string told)
    {
        var state = new DriftState("b");
        var news = new List<string>();
        foreach (string[] step in steps.Split(", ").Select(s => s.Split(' ')))
        {
            double seconds = double.Parse(step[0], System.Globalization.CultureInfo.InvariantCulture);
            (state, RelayEvent? story) = state.Look(step[1] == "-" ? null : step[1], step[2], Noon.AddSeconds(seconds));
            if (story is not null)
                news.Add($"{step[0]} {story.Severity}");
        }

        Assert.Equal(told, string.Join(", ", news));
    }

    [Fact]
    public void News_should_name_node_and_hashes()
    {
        (DriftState state, _) = new DriftState("b").Look("aa", "bb", Noon);
        Assert.Equal(Noon, state.DifferentSince);
        (state, RelayEvent? news) = state.Look("aa", "bb", Noon + DriftState.Patience);
        Assert.True(state.IsDrifted);
        Assert.Equal("node b runs something else than it should: rules aa, and not bb; it compares by itself, and mcrctl --node b list shows what it has", news!.Sentence);
        Assert.Equal((EventKind.NodeDrift, "b"), (news.Kind, news.Values["node"]));
        (state, news) = state.Look("bb", "bb", Noon + (2 * DriftState.Patience));
        Assert.Equal("node b runs what it should again (bb)", news!.Sentence);
        Assert.Equal(new DriftState("b"), state);
    }
}

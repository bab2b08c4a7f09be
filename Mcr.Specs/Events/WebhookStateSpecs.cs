using System.Collections.Immutable;
using Mcr.Actors.Configuration;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;

namespace Mcr.Specs.Events;

/// <summary>Which events are posted when, and what is said of those that are not.</summary>
public sealed class WebhookStateSpecs
{
    private static readonly WebhookSettings Settings = WebhookSettings.Off with { Url = "https://x.example/secret", MinSeverity = EventSeverity.Warning, Queue = 150 };
    private static readonly WebhookReply Taken = new(WebhookVerdict.Taken);
    private static readonly WebhookReply Failed = new(WebhookVerdict.Failed, "no route");
    private static readonly WebhookReply Refused = new(WebhookVerdict.Refused, "the answer is 404");

    private WebhookState _state = new(Settings);
    private readonly List<WebhookEffect> _effects = [];

    [Fact]
    public void One_post_at_a_time_should_have_all_that_have_come_meanwhile()
    {
        Take(1, 2, 3);
        WebhookEffect.Post first = Assert.Single(Posts());
        Assert.Equal((1, 0), (first.Content.Number, first.Content.Dropped));
        Assert.Equal([1], Numbers(first));
        Answer(first, Taken);
        WebhookEffect.Post second = Assert.Single(Posts());
        Assert.Equal((2, 0), (second.Content.Number, second.Content.Dropped));
        Assert.Equal([2, 3], Numbers(second));
        Answer(second, Taken);
        Assert.Empty(_effects);
        Assert.Equal(new RelayQueries.WebhookReport("https://x.example", 3), _state.Report);
    }

    [Fact]
    public void Burst_should_go_in_posts_that_are_bounded()
    {
        Take([.. Enumerable.Range(1, 150)]);
        Answer(Assert.Single(Posts()), Taken);
        WebhookEffect.Post post = Assert.Single(Posts());
        Assert.Equal(Enumerable.Range(2, WebhookState.MostInPost), Numbers(post));
    }

    [Fact]
    public void What_matters_less_should_not_be_posted()
    {
        Apply(_state.Take(News(1, EventSeverity.Info)));
        Assert.Empty(_effects);
        Apply(_state.Take(News(2, EventSeverity.Error)));
        Assert.Equal([2], Numbers(Assert.Single(Posts())));
    }

    [Fact]
    public void Post_that_fails_should_be_posted_again_the_same_with_growing_delay_and_be_said_once()
    {
        Take(1, 2);
        var delays = new List<double>();
        WebhookEffect.Post post = Assert.Single(Posts());
        for (int i = 0; i < 9; i++)
        {
            Answer(post, Failed);
            Assert.Equal(i == 0 ? 1 : 0, _effects.RemoveAll(e => e is WebhookEffect.Tell));
            delays.Add(Assert.IsType<WebhookEffect.Rest>(Assert.Single(_effects)).Delay.TotalSeconds);
            _effects.Clear();
            Take(10 + i); // nothing is posted while it rests
            Assert.Empty(_effects);
            Apply(_state.RestIsOver());
            WebhookEffect.Post again = Assert.Single(Posts());
            Assert.Equal((post.Content.Number, post.Content.Events), (again.Content.Number, again.Content.Events));
            Assert.NotEqual(post.Attempt, again.Attempt);
            post = again;
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], delays);
        Assert.Equal(("no route", DateTimeOffset.UnixEpoch), (_state.Report.Problem, _state.Report.Since));
        Answer(post, Taken);
        Assert.Single(_effects, e => e is WebhookEffect.TellWell);
        Assert.Equal([2, .. Enumerable.Range(10, 9)], Numbers(Assert.Single(_effects.OfType<WebhookEffect.Post>())));
        Assert.Equal((null, null), (_state.Report.Problem, _state.Report.Since));
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(0, 1)]
    [InlineData(-5, 1)]
    [InlineData(1e9, 300)]
    public void Receiver_that_wants_to_be_left_alone_should_be_within_bounds(double wish, double delay)
    {
        Take(1);
        Answer(Assert.Single(Posts()), Failed with { RetryAfter = TimeSpan.FromSeconds(wish) });
        Assert.Equal(delay, _effects.OfType<WebhookEffect.Rest>().Single().Delay.TotalSeconds);
    }

    [Fact]
    public void Oldest_should_go_when_too_many_wait_and_the_next_post_say_how_many()
    {
        Take(1);
        WebhookEffect.Post first = Assert.Single(Posts());
        Answer(first, Failed);
        _effects.Clear();
        Take([.. Enumerable.Range(2, 160)]);
        Assert.IsType<WebhookEffect.TellOverflow>(Assert.Single(_effects)); // once
        _effects.Clear();
        Assert.Equal((151, 10), (_state.Report.Waiting, _state.Report.Dropped));
        Apply(_state.RestIsOver());
        Answer(Assert.Single(Posts()), Taken);
        Assert.IsType<WebhookEffect.TellWell>(_effects[0]);
        _effects.RemoveAt(0);
        WebhookEffect.Post second = Assert.Single(Posts());
        Assert.Equal((2, 10, 12), (second.Content.Number, second.Content.Dropped, Numbers(second)[0]));
        Answer(second, Taken);
        Assert.Equal(0, Assert.Single(Posts()).Content.Dropped);
    }

    [Fact]
    public void What_is_refused_should_be_given_up_and_counted_and_later_ones_wait_a_little()
    {
        Take(1, 2);
        Answer(Assert.Single(Posts()), Refused);
        Assert.Equal(1, _effects.OfType<WebhookEffect.Tell>().Single().GivenUp);
        Assert.Equal(1, _effects.OfType<WebhookEffect.Rest>().Single().Delay.TotalSeconds);
        _effects.Clear();
        Apply(_state.RestIsOver());
        WebhookEffect.Post second = Assert.Single(Posts());
        Assert.Equal((2, 1), (second.Content.Number, second.Content.Dropped));
        Assert.Equal([2], Numbers(second));
        Answer(second, Refused);
        Assert.DoesNotContain(_effects, e => e is WebhookEffect.Tell); // said already
        _effects.Clear();
        Take(3);
        Apply(_state.RestIsOver());
        WebhookEffect.Post third = Assert.Single(Posts());
        Assert.Equal((3, 2), (third.Content.Number, third.Content.Dropped));
        Answer(third, Taken);
        Assert.Equal((1, 0, 2), (_state.Report.Posted, _state.Report.Waiting, _state.Report.Dropped));
    }

    [Fact]
    public void Other_settings_should_be_used_at_once_and_an_answer_of_before_mean_nothing()
    {
        Take(1, 2, 3);
        WebhookEffect.Post before = Assert.Single(Posts());
        Apply(_state.Use(Settings with { Url = "http://y.example", Queue = 1 }));
        WebhookEffect.Post after = Assert.Single(Posts());
        Assert.Equal(before.Content, after.Content);
        Answer(before, Taken);
        Assert.Empty(_effects);
        Answer(after, Taken);
        Assert.Equal([3], Numbers(Assert.Single(Posts())));
        Assert.Equal(1, _state.Report.Dropped); // two waited, and one may
    }

    /// <summary>A receiver that gives each answer a number of its own, and no answer, and an answer again.</summary>
    [Fact]
    public void Failures_of_one_kind_should_be_said_once_whatever_the_receiver_says()
    {
        Take(1);
        WebhookEffect.Post post = Assert.Single(Posts());
        int told = 0;
        for (int i = 0; i < 5; i++)
        {
            Answer(post, new WebhookReply(WebhookVerdict.Failed, $"the answer is 503 (request {i})") { Kind = "503" });
            told += _effects.RemoveAll(e => e is WebhookEffect.Tell);
            _effects.Clear();
            Apply(_state.RestIsOver());
            post = Assert.Single(Posts());
        }

        Assert.Equal(1, told);
        Answer(post, new WebhookReply(WebhookVerdict.Failed, "there was no answer within 5 s") { Kind = "timeout" });
        Assert.Single(_effects, e => e is WebhookEffect.Tell);
    }

    [Fact]
    public void Posts_after_a_pause_should_say_what_is_lost_and_an_answer_of_before_mean_nothing()
    {
        Take(1, 2, 3);
        WebhookEffect.Post before = Assert.Single(Posts());
        Apply(_state.Use(WebhookSettings.Off));
        Assert.Equal((0, 3), (_state.Report.Waiting, _state.Report.Dropped));
        Apply(_state.Use(Settings));
        Take(4, 5);
        WebhookEffect.Post after = Assert.Single(Posts());
        Answer(before, Taken);
        Assert.Empty(_effects);
        Assert.Equal((2, 3), (after.Content.Number, after.Content.Dropped));
    }

    private void Take(params int[] numbers)
    {
        foreach (int number in numbers)
            Apply(_state.Take(News(number, EventSeverity.Warning)));
    }

    private void Answer(WebhookEffect.Post post, WebhookReply reply) => Apply(_state.Answered(post.Attempt, reply, DateTimeOffset.UnixEpoch));

    private void Apply((WebhookState Next, ImmutableArray<WebhookEffect> Effects) decision)
    {
        _state = decision.Next;
        _effects.AddRange(decision.Effects);
    }

    private WebhookEffect.Post[] Posts()
    {
        WebhookEffect.Post[] posts = [.. _effects.Cast<WebhookEffect.Post>()];
        _effects.Clear();
        return posts;
    }

    private static int[] Numbers(WebhookEffect.Post post) => [.. post.Content.Events.Select(e => (int)e.Number)];

    private static NumberedEvent News(int number, EventSeverity severity) => new(number, DateTimeOffset.UnixEpoch, new RelayEvent(severity, EventKind.Link, $"event {number}"));
}

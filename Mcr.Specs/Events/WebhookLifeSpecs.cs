using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Specs.Supervision;

namespace Mcr.Specs.Events;

/// <summary>Events on their way to a receiver that is slow, refuses, or is another one, in the tree of actors and in virtual time.</summary>
public sealed class WebhookLifeSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    private static readonly WebhookReply Taken = new(WebhookVerdict.Taken);

    [Fact]
    public void Events_should_be_posted_in_order_and_again_when_a_post_has_failed()
    {
        Configure("url = \"http://a.example/x\", min-severity = info");
        Ok(Video());
        var (first, answer) = Receiver.Next();
        Assert.Equal((Environment.MachineName, "spec-node", "1.2.3", 1, 0), (first.Host, first.Node, first.Version, first.Post, first.Dropped));
        AwaitAssert(() => Assert.Equal(2, Report().Waiting));
        answer.SetResult(new WebhookReply(WebhookVerdict.Failed, "no route"));
        AwaitAssert(() => Assert.Equal("no route", Report().Problem));
        Assert.True(Receiver.IsQuiet);
        Advance(TimeSpan.FromMilliseconds(999));
        Assert.True(Receiver.IsQuiet);
        Advance(TimeSpan.FromMilliseconds(1));
        (WebhookPostEntry again, answer) = Receiver.Next();
        Assert.Equal((1, first.List.Single().Number), (again.Post, again.List.Single().Number));
        answer.SetResult(Taken);
        (WebhookPostEntry second, answer) = Receiver.Next();
        answer.SetResult(Taken);
        Assert.Equal([1, 2], first.List.Concat(second.List).Select(e => e.Number));
        Assert.Equal(("rule-state", "video"), (second.List[0].Kind, second.List[0].RuleName));
        AwaitAssert(() => Assert.Equal(new RelayQueries.WebhookReport("http://a.example", 2), Report()));
    }

    [Fact]
    public void Post_that_breaks_instead_of_answering_should_be_posted_again()
    {
        Configure("url = \"http://a.example\", min-severity = info");
        Ok(Video());
        Receiver.Next().Answer.SetException(new InvalidOperationException("planted"));
        AwaitAssert(() => Assert.Equal("planted", Report().Problem));
        Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Receiver.Next().Post.Post);
    }

    [Fact]
    public void Crash_over_a_post_should_cost_what_waited_and_later_events_be_posted()
    {
        Configure("url = \"http://a.example\"");
        Assert.Empty(List());
        FakeWebhook first = Receiver;
        first.Breaks = true;
        Sys.EventStream.Publish(new RelayEvent(EventSeverity.Error, EventKind.Link, "one"));
        AwaitAssert(() => Assert.NotSame(first, Platform.Webhook));
        Assert.True(first.IsDisposed);
        Sys.EventStream.Publish(new RelayEvent(EventSeverity.Error, EventKind.Link, "two"));
        Assert.Equal("two", Receiver.Next().Post.List.Single().Message);
        Relay.Tell(new RelayQueries.GetEvents(1, 0), TestActor);
        Assert.Equal(["one", "two"], ExpectMsg<EventReport>().Events.Select(e => e.Event.Sentence));
    }

    [Fact]
    public void Another_receiver_should_get_what_waits_and_none_mean_that_nothing_is_opened()
    {
        Configure("url = \"\"");
        Ok(Video());
        Assert.Equal(new RelayQueries.WebhookReport(null), Report());
        Assert.Null(Platform.Webhook);
        Assert.Equal("events are posted to http://a.example from now on", Use("url = \"http://a.example\", min-severity = info"));
        FakeWebhook first = Receiver;
        Ok(Video("239.3.3.3:6000:out0"));
        Sys.EventStream.Publish(new RelayEvent(EventSeverity.Error, EventKind.Link, "planted"));
        WebhookPostEntry unanswered = first.Next().Post;
        Assert.Equal("events are posted to http://b.example from now on", Use("url = \"http://b.example\""));
        Assert.True(first.IsDisposed);
        var (post, answer) = Receiver.Next();
        Assert.Equal(unanswered.List.Select(e => e.Number), post.List.Select(e => e.Number));
        AwaitAssert(() => Assert.InRange(Report().Waiting, 1, 10));
        Assert.StartsWith("events are posted nowhere any more", Use("url = \"\""), StringComparison.Ordinal);
        answer.SetResult(Taken);
        Assert.Equal(new RelayQueries.WebhookReport(null), Report());
    }

    private FakeWebhook Receiver
    {
        get
        {
            AwaitAssert(() => Assert.NotNull(Platform.Webhook));
            return Platform.Webhook!;
        }
    }

    private static McrSettings Settings(string webhook) =>
        SettingsReader.Read(new SettingsSources { ConfigFile = "spec", Text = $"mcr {{ node.name = spec-node, events.webhook {{ {webhook} }} }}", WithoutDropIns = true }).Settings!;

    private void Configure(string webhook) => Options = Options with { Version = "1.2.3", Configuration = new RunningConfiguration(new SettingsSources(), Settings(webhook)) };

    private string Use(string webhook)
    {
        Relay.Tell(new RelayCommands.UseWebhook(Settings(webhook).Webhook), TestActor);
        return ExpectMsg<CommandResult.Ok>().Sentence;
    }

    private RelayQueries.WebhookReport Report()
    {
        Relay.Tell(new RelayQueries.GetWebhook(), TestActor);
        return ExpectMsg<RelayQueries.WebhookReport>();
    }
}

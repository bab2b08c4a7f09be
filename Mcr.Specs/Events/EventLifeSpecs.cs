using Mcr.Actors.Messages;
using Mcr.Specs.Supervision;

namespace Mcr.Specs.Events;

/// <summary>What is an event, in the tree of actors.</summary>
public sealed class EventLifeSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    [Fact]
    public void States_of_rules_ends_of_workers_and_links_should_be_events()
    {
        Ok(Video());
        AwaitAssert(() => Assert.Equal([(EventKind.WorkerReady, "in0"), (EventKind.RuleState, "in0")], Events().Select(e => (e.Kind, e.Interface))));
        Assert.Equal("rule " + Video().Id + " (video) for 239.1.1.1:5000 on in0 is active", Events()[1].Sentence);
        Assert.Equal(("video", "Active"), (Events()[1].RuleName, Events()[1].Values["status"]));

        NextWorker().Exit("killed by signal 9");
        AwaitAssert(() => Assert.Contains(Events(), e => e is { Kind: EventKind.WorkerEnded, Severity: EventSeverity.Warning } && e.Sentence.Contains("killed by signal 9", StringComparison.Ordinal)));

        Platform.SetLinks(FakePlatform.Device("in0", 1));
        AwaitAssert(() => Assert.Contains(Events(), e => e is { Kind: EventKind.Link, Severity: EventSeverity.Warning, Sentence: "interface out0 does not exist" }));
        AwaitAssert(() => Assert.Contains(Events(), e => e is { Kind: EventKind.RuleState } && e.Values["status"] != "Active"));
        Platform.SetLinks(FakePlatform.Device("in0", 1), FakePlatform.Device("out0", 2));
        AwaitAssert(() => Assert.Contains(Events(), e => e is { Kind: EventKind.Link, Severity: EventSeverity.Info, Sentence: "interface out0 is up" }));
    }

    private RelayEvent[] Events()
    {
        Relay.Tell(new RelayQueries.GetEvents(1, 0), TestActor);
        return [.. ExpectMsg<EventReport>().Events.Select(e => e.Event)];
    }
}

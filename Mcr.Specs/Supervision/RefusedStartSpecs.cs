using Akka.TestKit;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Actors.State;

namespace Mcr.Specs.Supervision;

/// <summary>What the relay is to begin with cannot be, whoever has put it together.</summary>
public sealed class RefusedStartSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    internal override RuleLedger Ledger { get; } = new(Overlay.On([
        new RuleWithOrigin(Video(), "mcrd.hocon:7:3"),
        new RuleWithOrigin(Audio() with { Name = "video" }, "mcrd.hocon:9:3"),
        new RuleWithOrigin(TestRules.Rule("in0", "239.1.1.8", 5008, "video", "10.9.9.9:6000:out1"), "mcrd.hocon:11:3"),
    ]));

    [Fact]
    public void Start_that_is_refused_should_be_logged_with_all_its_problems_and_what_to_do()
    {
        TestProbe errors = CreateTestProbe();
        Sys.EventStream.SetLogLevel(Akka.Event.LogLevel.ErrorLevel);
        Sys.EventStream.Subscribe(errors, typeof(Akka.Event.Error));
        Assert.Empty(List());
        string[] said = [.. Enumerable.Range(0, 2).Select(_ => $"{errors.ExpectMsg<Akka.Event.Error>().Message}")];
        Assert.All(said, sentence => Assert.Matches("^none of the 3 rules is relayed, since they cannot be together: mcrd.hocon:[0-9]+:3: name: .*; mend that where it is written, then mcrctl reload$", sentence));
        Assert.Equal(2, said.Distinct().Count());
        errors.ExpectNoMsg(TimeSpan.Zero);
    }
}

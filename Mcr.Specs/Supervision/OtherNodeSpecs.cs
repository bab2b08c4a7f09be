using Akka.Actor;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Actors.State;

namespace Mcr.Specs.Supervision;

/// <summary>What passes the gate of node b for somebody at node a, down to the relay.</summary>
public sealed class OtherNodeSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    private static readonly ControlPeer Here = new(7, 0, 0, "root", MayChange: true);

    private static readonly ControlPeer There = ControlPeer.OfNode("a", "root (0)", mayChange: true);

    internal override RuleLedger Ledger { get; } = new(Overlay.On([new RuleWithOrigin(Video(), "mcrd.hocon:7:3")]));

    [Fact]
    public async Task Rule_of_a_file_should_be_changed_here_only()
    {
        var gate = new ControlGate();
        (var platform, RuleLedger ledger, RelayOptions options, TimeProvider clock) = (Platform, Ledger, Options, Clock);
        IActorRef relay = Sys.ActorOf(Props.Create(() => new RelaySupervisor(platform, options, ledger, clock, gate)), "relay");
        gate.OpenCluster(TestActor, "b");
        relay.Tell(new RelayQueries.ListRules(), TestActor);
        string id = ExpectMsg<RelayQueries.RuleList>().Rules.Single().Rule.Id.Value;
        var remove = new ControlRequest.Remove { Name = "video" };
        var add = new ControlRequest.Add { InputInterface = "in0", InputGroup = "239.1.1.1", InputPort = "5000", Outputs = [new OutputText { Group = "239.9.9.9", Port = "6000", Interface = "out0" }] };
        ControlRequest[] changes = [remove, remove with { Node = "b" }, add, new ControlRequest.ChangeRules { Removals = [remove] }, new ControlRequest.ChangeRules { Rules = [add] }, new ControlRequest.ChangeRules { Replace = true }];
        foreach (ControlRequest change in changes)
        {
            var refusal = Assert.IsType<ControlResponse.Error>(await gate.HandleAsync(change, There, CancellationToken.None));
            Assert.StartsWith($"rule {id} is from a file of node b (mcrd.hocon:7:3), and no other node may change or remove it; ", Assert.Single(refusal.Problems).Sentence, StringComparison.Ordinal);
        }

        Assert.IsNotType<ControlResponse.Error>(await gate.HandleAsync(new ControlRequest.ChangeRules { Removals = [remove], DryRun = true }, Here, CancellationToken.None));
    }
}

using System.CommandLine;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl cluster status|rules|leave|join|down|takeover|drain|forget`: the hosts that are one relay with this one.</summary>
internal static class ClusterCommands
{
    public static void AddTo(RootCommand root, Session session)
    {
        var cluster = new Command("cluster", "The hosts that are one relay: who they are, what each is to run.")
        {
            Plain("status", "Shows the nodes: who can be reached, since when, versions, and whether each runs what it should.", new ControlRequest.ClusterStatus()),
            Plain("rules", "Shows the rules of all nodes, as the node that is asked knows them.", new ControlRequest.ClusterRules()),
            Plain("leave", "The node leaves the others in order, until it is told to join or mcrd starts anew. It relays on what it has.", new ControlRequest.ClusterLeave()),
            Plain("join", "The node looks for the others again, after it was told to leave.", new ControlRequest.ClusterJoin()),
            OfNode("down", "A node that cannot be reached is not waited for any more. If it lives, it comes back as a new one; its rules are kept.", node => new ControlRequest.ClusterDown { Member = node }),
            Takeover(),
            Drain(),
            OfNode("forget", "Removes all rules of a node that is gone for good.", node => new ControlRequest.ClusterForget { Member = node }),
        };
        root.Add(cluster);

        Command Takeover()
        {
            var rule = new Argument<string>("RULE") { Description = "The id or the name of a rule with ha" };
            var node = new Argument<string>("NODE") { Description = "The node that is to forward it" };
            var command = new Command("takeover", "That node forwards a redundant rule from now on, and stays so for as long as it can.") { rule, node };
            command.SetAction(parsed => session.Ask(parsed, new ControlRequest.ClusterTakeover { Rule = parsed.GetRequiredValue(rule), Member = parsed.GetRequiredValue(node) }));
            return command;
        }

        Command Drain()
        {
            var node = new Argument<string>("NODE") { Description = "The node's name" };
            var end = new Option<bool>("--end") { Description = "It takes them again (default: it hands them over)" };
            var command = new Command("drain", "That node hands over the redundant rules that it forwards, and takes none until told otherwise or its mcrd starts anew.") { node, end };
            command.SetAction(parsed => session.Ask(parsed, new ControlRequest.ClusterDrain { Member = parsed.GetRequiredValue(node), End = parsed.GetValue(end) }));
            return command;
        }

        Command Plain(string name, string description, ControlRequest request)
        {
            var command = new Command(name, description);
            command.SetAction(parsed => session.Ask(parsed, request));
            return command;
        }

        Command OfNode(string name, string description, Func<string, ControlRequest> request)
        {
            var node = new Argument<string>("NODE") { Description = "The node's name" };
            var command = new Command(name, description) { node };
            command.SetAction(parsed => session.Ask(parsed, request(parsed.GetRequiredValue(node))));
            return command;
        }
    }
}

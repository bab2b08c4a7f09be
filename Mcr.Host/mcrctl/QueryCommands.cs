using System.CommandLine;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>The commands that only look.</summary>
internal static class QueryCommands
{
    public static void AddTo(RootCommand root, Session session)
    {
        Add("list", "Lists the rules and what has become of them.", new ControlRequest.ListRules(), "list-rules");
        AddStats();
        Add("list-workers", "Lists the worker processes.", new ControlRequest.ListWorkers());
        Add("interfaces", "Lists the network interfaces that this machine or a rule has.", new ControlRequest.Interfaces());
        Add("ping", "Asks whether mcrd is there.", new ControlRequest.Ping());
        Add("version", "Asks mcrd for its version, that of the control protocol, and whether changes are being saved.", new ControlRequest.Version());

        void AddStats()
        {
            var watch = new Option<bool>("--watch") { Description = "Again each second, until interrupted" };
            var command = new Command("stats", "Shows what each rule has relayed.") { watch };
            command.SetAction(parsed => parsed.GetValue(watch) ? session.Watch(parsed, new ControlRequest.Stats()) : session.Ask(parsed, new ControlRequest.Stats()));
            root.Add(command);
        }

        void Add(string name, string description, ControlRequest request, string? alias = null)
        {
            var command = new Command(name, description);
            if (alias is not null)
                command.Aliases.Add(alias);
            command.SetAction(parsed => session.Ask(parsed, request));
            root.Add(command);
        }
    }
}

using System.CommandLine;
using Mcr.Actors.Control;
using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Host.Mcrctl;

/// <summary>The commands that only look.</summary>
internal static class QueryCommands
{
    /// <summary>Of all of them.</summary>
    public static readonly string[] Names = ["list", "list-rules", "stats", "list-workers", "interfaces", "ping", "version"];

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
            var watch = new Option<bool>("--watch") { Description = "Show it again each second, until interrupted" };
            var by = new Option<string?>("--by") { HelpName = "rule|output|worker|interface", Description = "What a line is about (default: rule)", CompletionSources = { "rule", "output", "worker", "interface" } };
            var command = new Command("stats", "Shows what was relayed: rates over the last second (and ten), totals, drops, and when each was last seen, to a second.") { watch, by };
            command.SetAction(parsed =>
            {
                if (By(parsed.GetValue(by)) is not { } question)
                    return ExitCodes.Because(ExitCodes.Usage, $"--by is '{parsed.GetValue(by)}'; give rule, output, worker or interface");
                (ControlRequest request, Func<ControlResponse, Screen> show) = question;
                return parsed.GetValue(watch) ? session.Watch(parsed, request, show) : session.Ask(parsed, request, show);
            });
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

    /// <summary>Workers and interfaces have their counters in their own lists.</summary>
    /// <returns>null for what is none of them.</returns>
    private static (ControlRequest Request, Func<ControlResponse, Screen> Show)? By(string? by) => by switch
    {
        "output" => (new ControlRequest.Stats(), Show<ControlResponse.Stats>(stats => StatsScreen.ByOutput(stats.Entries, DateTimeOffset.UtcNow))),
        "worker" => (new ControlRequest.ListWorkers(), Show<ControlResponse.Workers>(workers => WorkerScreen.Traffic(workers.Entries, DateTimeOffset.UtcNow))),
        "interface" => (new ControlRequest.Interfaces(), Show<ControlResponse.Interfaces>(interfaces => InterfaceScreen.Traffic(interfaces.Entries, DateTimeOffset.UtcNow))),
        null or "rule" => (new ControlRequest.Stats(), AnswerScreen.Of),
        _ => null,
    };

    private static Func<ControlResponse, Screen> Show<T>(Func<T, Screen> show)
        where T : ControlResponse => response => response is T expected ? show(expected) : AnswerScreen.Of(response);
}

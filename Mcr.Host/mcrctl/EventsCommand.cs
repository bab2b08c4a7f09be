using System.CommandLine;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl events`: what has happened to rules, workers and devices, and which alarms there were.</summary>
internal static class EventsCommand
{
    public static void AddTo(RootCommand root, Session session)
    {
        var last = new Option<string?>("--last") { HelpName = "N", Description = $"Begin with so many of the last, 0 to {EventViews.MostLast} (default: {EventViews.DefaultLast})" };
        var follow = new Option<bool>("--follow") { Description = "Go on with what happens, until interrupted" };
        var command = new Command("events", "Prints what has happened: states of rules, ends of workers, links of devices, alarms raised and cleared.") { last, follow };
        command.SetAction(parsed =>
        {
            var request = new ControlRequest.Events { Last = parsed.GetValue(last) };
            return session.ReadPages(parsed, request, parsed.GetValue(follow), json => new EventPrinter(request, json));
        });
        root.Add(command);
    }
}

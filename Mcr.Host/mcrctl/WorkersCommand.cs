using System.CommandLine;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl workers`: more or fewer worker processes for an interface that runs.</summary>
internal static class WorkersCommand
{
    public static void AddTo(RootCommand root, Session session)
    {
        var device = new Option<string>("--interface") { HelpName = "INTERFACE", Description = "The input interface", Required = true };
        var count = new Option<string>("--count") { HelpName = "N", Description = "Worker processes, 1 to 64", Required = true };
        var command = new Command("workers", "Changes the number of workers of an interface while it relays, until mcrd ends.") { device, count };
        command.SetAction(parsed => session.Ask(parsed, new ControlRequest.SetWorkers { Interface = parsed.GetValue(device), Count = parsed.GetValue(count) }));
        root.Add(command);
    }
}

using System.CommandLine;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl upgrade-hold`: mcrd leaves, its workers stay.</summary>
internal static class UpgradeHoldCommand
{
    public static void AddTo(RootCommand root, Session session)
    {
        var command = new Command("upgrade-hold", "Ends mcrd and leaves its workers relaying, for the next mcrd to adopt within their orphan-grace.");
        command.SetAction(parsed => session.Ask(parsed, new ControlRequest.UpgradeHold()));
        root.Add(command);
    }
}

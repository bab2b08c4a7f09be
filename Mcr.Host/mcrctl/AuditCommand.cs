using System.CommandLine;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl audit`: who changed what.</summary>
internal static class AuditCommand
{
    public static void AddTo(RootCommand root, Session session)
    {
        var last = new Option<string?>("--last") { HelpName = "N", Description = "How many of the last changes, 1 to 10000, the latest last (default: 20)" };
        var command = new Command("audit", "Lists the last changes: who, what, and what became of it.") { last };
        command.SetAction(parsed => session.Ask(parsed, new ControlRequest.ShowAudit { Last = parsed.GetValue(last) }));
        root.Add(command);
    }
}

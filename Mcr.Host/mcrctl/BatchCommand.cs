using System.CommandLine;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl batch &lt; file`: lines of `add …` and `remove …`, all of them or none.</summary>
internal static class BatchCommand
{
    public static void AddTo(RootCommand root, Session session)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and do nothing" };
        var command = new Command("batch", "Reads lines of add … and remove … from stdin, written as on this command line, and does all of them as one change, or none. # begins a comment.") { dryRun };
        command.SetAction(parsed =>
        {
            var problems = new List<string>();
            Batch batch = Batch.Read(Console.In, problems);
            if (problems.Count > 0)
                return ExitCodes.Because(ExitCodes.Failed, [.. problems, $"{problems.Count} problem{(problems.Count == 1 ? "" : "s")}; nothing was changed"]);
            return session.Ask(parsed, batch.Request with { DryRun = parsed.GetValue(dryRun) }, place: batch.Place);
        });
        root.Add(command);
    }
}

using System.CommandLine;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl remove`: by id or by name.</summary>
internal static class RemoveCommand
{
    public static void AddTo(RootCommand root, Session session)
    {
        var ruleId = new Option<string?>("--rule-id") { HelpName = "ID", Description = "The rule with this id (see: mcrctl list)" };
        var name = new Option<string?>("--name") { HelpName = "N", Description = "The rule with this name" };
        var command = new Command("remove", "Removes a rule, also one of a configuration file.") { ruleId, name };
        command.SetAction(parsed =>
        {
            var request = new ControlRequest.Remove { RuleId = parsed.GetValue(ruleId), Name = parsed.GetValue(name) };
            if (request.RuleId is null == request.Name is null)
                return ExitCodes.Because(ExitCodes.Usage, "remove takes one rule: give either --rule-id or --name (see: mcrctl list)");
            return session.Ask(parsed, request);
        });
        root.Add(command);
    }
}

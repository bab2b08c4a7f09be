using System.CommandLine;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl remove`: by id or by name. A line of `mcrctl batch` is read alike.</summary>
internal sealed class RemoveCommand : Command
{
    private readonly Option<string?> _ruleId = new("--rule-id") { HelpName = "ID", Description = "The rule with this id (required, unless there is --name; see: mcrctl list)" };
    private readonly Option<string?> _name = new("--name") { HelpName = "NAME", Description = "The rule with this name, in place of --rule-id" };

    public RemoveCommand()
        : base("remove", "Removes a rule, also one of a configuration file.")
    {
        Add(_ruleId);
        Add(_name);
    }

    public static void AddTo(RootCommand root, Session session)
    {
        var command = new RemoveCommand();
        command.SetAction(parsed =>
        {
            var problems = new List<string>();
            ControlRequest.Remove request = command.Read(parsed, problems);
            return problems.Count > 0 ? ExitCodes.Because(ExitCodes.Usage, problems) : session.Ask(parsed, request);
        });
        root.Add(command);
    }

    /// <param name="problems">Gets a sentence when it does not name one rule in one way.</param>
    public ControlRequest.Remove Read(ParseResult parsed, List<string> problems)
    {
        var request = new ControlRequest.Remove { RuleId = parsed.GetValue(_ruleId), Name = parsed.GetValue(_name) };
        if (request.RuleId is null == request.Name is null)
            problems.Add("remove takes one rule: give either --rule-id or --name (see: mcrctl list)");
        return request;
    }
}

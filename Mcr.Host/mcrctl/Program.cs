using System.CommandLine;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl`: asks a running mcrd over its control socket.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        var root = new RootCommand("Controls a running mcrd over its control socket.");
        var session = new Session(root);
        AddCommand.AddTo(root, session);
        RemoveCommand.AddTo(root, session);
        BatchCommand.AddTo(root, session);
        WorkersCommand.AddTo(root, session);
        UpgradeHoldCommand.AddTo(root, session);
        QueryCommands.AddTo(root, session);
        TraceCommands.AddTo(root, session);
        EventsCommand.AddTo(root, session);
        LogLevelCommand.AddTo(root, session);
        ConfigCommands.AddTo(root, session);
        AuditCommand.AddTo(root, session);

        // No response files: nothing here is long enough to need one, and a name may begin with @.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.UnmatchedTokens.Count > 0)
            return ExitCodes.Because(ExitCodes.Usage, parsed.UnmatchedTokens.Select(token => $"'{token}' is not a command, flag or value here; see mcrctl --help"));
        if (parsed.Errors.Count > 0)
            return ExitCodes.Because(ExitCodes.Usage, parsed.Errors.Select(error => $"{error.Message.TrimEnd('.')}; see mcrctl --help"));
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (IOException e)
        {
            return ExitCodes.Because(ExitCodes.Failed, $"the answer cannot be written: {e.Message}");
        }
    }
}

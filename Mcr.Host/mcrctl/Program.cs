using System.CommandLine;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl`: asks a running mcrd over its control socket.</summary>
internal static class Program
{
    /// <summary>Who adds which commands. What is not called for is not compiled either, which is a good part of the start.</summary>
    private static readonly (string[] Commands, Action<RootCommand, Session> AddTo)[] Parts =
    [
        (["add"], AddCommand.AddTo),
        (["remove"], RemoveCommand.AddTo),
        (["batch"], BatchCommand.AddTo),
        (["workers"], WorkersCommand.AddTo),
        (["upgrade-hold"], UpgradeHoldCommand.AddTo),
        (QueryCommands.Names, QueryCommands.AddTo),
        (["trace"], TraceCommands.AddTo),
        (["events"], EventsCommand.AddTo),
        (["log-level"], LogLevelCommand.AddTo),
        (["config", "reload"], ConfigCommands.AddTo),
        (["audit"], AuditCommand.AddTo),
        (["cluster"], ClusterCommands.AddTo),
        (["console"], Remote.ConsoleCommand.AddTo),
    ];

    public static int Main(string[] args) => Run(args, null);

    /// <param name="conversation">The console that the words are typed at, if they are.</param>
    internal static int Run(string[] args, Remote.Conversation? conversation)
    {
        (ParseResult parsed, Session session) = Read(args, onlyCalled: true, conversation);
        if (parsed.Errors.Count > 0 || parsed.UnmatchedTokens.Count > 0)
            (parsed, session) = Read(args, onlyCalled: false, conversation); // what is said of it must not depend on what was left out
        if (parsed.UnmatchedTokens.Count > 0)
            return ExitCodes.Because(ExitCodes.Usage, parsed.UnmatchedTokens.Select(token => $"'{token}' is not a command, flag or value here; see mcrctl --help"));
        if (parsed.Errors.Count > 0)
            return ExitCodes.Because(ExitCodes.Usage, parsed.Errors.Select(error => $"{error.Message.TrimEnd('.')}; see mcrctl --help"));
        if (!Remote.RemoteProgram.IsThis && session.IsRemote(parsed))
            return Remote.RemoteProgram.Become(args);
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (IOException e)
        {
            return ExitCodes.Because(ExitCodes.Failed, $"the answer cannot be written: {e.Message}");
        }
    }

    /// <param name="onlyCalled">Only with commands whose names are among the words, if there are any.</param>
    internal static ParseResult Parse(string[] args, bool onlyCalled, Remote.Conversation? conversation = null) => Read(args, onlyCalled, conversation).Parsed;

    private static (ParseResult Parsed, Session Session) Read(string[] args, bool onlyCalled, Remote.Conversation? conversation)
    {
        (RootCommand root, Session session) = Make(onlyCalled ? args : null, conversation);

        // No response files: nothing here is long enough to need one, and a name may begin with @.
        return (root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }), session);
    }

    /// <summary>All that can be asked for. Of it are made: <c>--help</c>, the reference, the manual page, and completions of shells.</summary>
    internal static RootCommand Build() => Make(null, null).Root;

    /// <param name="called">Words: only commands whose names are among them, if there are any; null: all.</param>
    private static (RootCommand Root, Session Session) Make(string[]? called, Remote.Conversation? conversation)
    {
        var root = new RootCommand("Controls a running mcrd over its control socket.");
        var session = new Session(root, conversation);
        bool all = called is null || Array.TrueForAll(Parts, part => !IsCalled(part.Commands, called));
        foreach ((string[] commands, Action<RootCommand, Session> addTo) in Parts)
        {
            if (all || IsCalled(commands, called!))
                addTo(root, session);
        }

        return (root, session);
    }

    private static bool IsCalled(string[] commands, string[] args) => Array.Exists(commands, command => Array.IndexOf(args, command) >= 0);
}

using System.CommandLine;
using System.Runtime.InteropServices;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Remote;

/// <summary>
/// <c>mcrctl console</c>: the same commands, line by line, with one connection for all. On a terminal with history and completion; elsewhere it reads lines and
/// prints answers.
/// </summary>
internal sealed class ConsoleCommand(Conversation conversation)
{
    private const string Help = "any command of mcrctl (mcrctl --help), watch COMMAND (again each second, until Ctrl-C), node NAME (what follows is for that node; node alone: for the one that is asked), exit";

    private readonly LineHistory _history = LineHistory.OfUser();

    public static void AddTo(RootCommand root, Session session)
    {
        var command = new Command("console", "Takes commands line by line, of this host's mcrd or of another (--remote), until exit.");
        command.SetAction(parsed =>
        {
            using Conversation conversation = session.Open(parsed);
            return new ConsoleCommand(conversation).Run();
        });
        root.Add(command);
    }

    private int Run()
    {
        try
        {
            conversation.Link();
        }
        catch (ControlClientException e)
        {
            return ExitCodes.Because(ExitCodes.Failed, e.Message);
        }

        return Console.IsInputRedirected || Console.IsOutputRedirected ? RunLines() : RunTerminal();
    }

    /// <summary>Each line is done, whatever became of those before it.</summary>
    private int RunLines()
    {
        int worst = ExitCodes.Done;
        while (Console.In.ReadLine() is { } line && !IsExit(line))
            worst = Math.Max(worst, Do(line));
        return worst;
    }

    private int RunTerminal()
    {
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true); // it ends what goes on, never the console
        var completion = new Completion(words => Program.Parse(words, onlyCalled: false, conversation), Names);
        while (LineEditor.Read($"{conversation.Node ?? "mcr"}> ", _history.Lines, completion.Of) is { } line && !IsExit(line))
        {
            _history.Add(line);
            _ = Do(line);
        }

        return ExitCodes.Done;
    }

    private static bool IsExit(string line) => line.Trim() is "exit" or "quit";

    /// <returns>The exit code that the command would have.</returns>
    private int Do(string line)
    {
        var problems = new List<string>();
        if (BatchLine.Split(line, problems) is not { } all)
            return ExitCodes.Because(ExitCodes.Usage, problems);
        string[] words = [.. all];
        switch (words)
        {
            case []:
                return ExitCodes.Done;
            case ["help"]:
                Console.Out.WriteLine(Help);
                return ExitCodes.Done;
            case ["node"]:
                conversation.Node = null;
                return ExitCodes.Done;
            case ["node", var name]:
                conversation.Node = name;
                return ExitCodes.Done;
            case ["console", ..]:
                return ExitCodes.Because(ExitCodes.Usage, "this is the console; end it with exit, and begin another");
            case ["watch"]:
                return ExitCodes.Because(ExitCodes.Usage, "watch takes a command, such as watch stats");
            case ["watch", .. var watched]:
                return Watch(watched);
            default:
                return Program.Run(words, conversation);
        }
    }

    private int Watch(string[] words)
    {
        using var live = new LiveSession(isScreen: !Console.IsOutputRedirected);
        conversation.Live = live;
        try
        {
            return live.Run(() => Program.Run(words, conversation));
        }
        finally
        {
            conversation.Live = null;
        }
    }

    /// <summary>For completion alone: what cannot be asked is not known.</summary>
    private IReadOnlyList<string> Names(NameKind kind)
    {
        ControlRequest request = kind switch
        {
            NameKind.Interface => new ControlRequest.Interfaces(),
            NameKind.Node => new ControlRequest.ClusterStatus(),
            _ => new ControlRequest.ListRules(),
        };
        try
        {
            return conversation.Link().Ask(kind is NameKind.Node ? request : request with { Node = conversation.Node }) switch
            {
                ControlResponse.Rules rules when kind is NameKind.RuleId => [.. rules.Entries.Select(r => r.RuleId)],
                ControlResponse.Rules rules => [.. rules.Entries.Select(r => r.Name).OfType<string>()],
                ControlResponse.Interfaces interfaces => [.. interfaces.Entries.Select(i => i.Name)],
                ControlResponse.ClusterStatus cluster => [.. cluster.Entry.Members.Select(m => m.Node)],
                _ => [],
            };
        }
        catch (ControlClientException)
        {
            conversation.Forget();
            return [];
        }
    }
}

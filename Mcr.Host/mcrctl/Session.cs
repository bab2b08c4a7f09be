using System.CommandLine;
using Mcr.Actors.Control;
using Mcr.Host.Mcrctl.Remote;
using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Host.Mcrctl;

/// <summary>What all commands share: where mcrd is, how to print, and asking it once.</summary>
internal sealed class Session
{
    private const string SocketVariable = "MCR_CONTROL_SOCKET";

    private static readonly TimeSpan FollowInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>A little longer than mcrd takes to give up on itself, so that its sentence arrives.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    private readonly Option<string?> _socketPath = new("--socket-path")
    {
        HelpName = "PATH",
        Recursive = true,
        Description = $"The Unix socket of mcrd (default: {SocketVariable} of the environment, or {ControlProtocol.DefaultSocketPath})",
    };

    private readonly Option<bool> _json = new("--json") { Recursive = true, Description = "Print JSON on a terminal, too (default: only where the output is none)" };

    private readonly Option<string?> _node = new("--node") { HelpName = "NODE", Recursive = true, Description = "The node of the cluster that is to do it (default: the one that is asked)" };

    private readonly RemoteOptions _remote;
    private readonly Conversation? _conversation;

    /// <param name="conversation">The console that the command is typed at; null: the command is all there is.</param>
    public Session(RootCommand root, Conversation? conversation = null)
    {
        _conversation = conversation;
        root.Add(_node);
        root.Add(_socketPath);
        root.Add(_json);
        _remote = new RemoteOptions(root);
    }

    /// <summary>An mcrd on another host is meant, and not by a console that has it already.</summary>
    public bool IsRemote(ParseResult parsed) => _conversation is null && RemoteOf(parsed) is not null;

    /// <summary>A console to the mcrd that these words name, as it is asked again and again.</summary>
    public Conversation Open(ParseResult parsed) => new(() => Connect(parsed), isKept: RemoteOf(parsed) is not null) { Node = parsed.GetValue(_node) };

    /// <summary>Asks, prints the answer and returns the exit code.</summary>
    /// <param name="show">How a person sees the answer; null: in the way of its kind.</param>
    /// <param name="place">Says where a problem's field was written; null: as mcrd names it.</param>
    public int Ask(ParseResult parsed, ControlRequest request, Func<ControlResponse, Screen>? show = null, Func<ProblemEntry, ProblemEntry>? place = null) => Converse(parsed, (client, json) =>
    {
        if (json)
            return PrintJson(client.AskJson(ForNode(parsed, request)), place);
        if (_conversation?.Live is { } live)
            return Show(client.Ask(ForNode(parsed, request)), show ?? AnswerScreen.Of, live.Draw, place);
        using var terminal = new Terminal();
        return Show(client.Ask(ForNode(parsed, request)), show ?? AnswerScreen.Of, terminal.Print, place);
    });

    /// <summary>For what is text, also into a file: JSON only when that is asked for.</summary>
    public int AskText(ParseResult parsed, ControlRequest request, Func<ControlResponse, int> print) => Converse(parsed, (client, _) =>
    {
        if (parsed.GetValue(_json))
            return PrintJson(client.AskJson(ForNode(parsed, request)));
        ControlResponse answer = client.Ask(ForNode(parsed, request));
        return answer is ControlResponse.Error ? Failed(answer) : print(answer);
    });

    /// <summary>Asks again each second: a screen in place of the last one, or a line of JSON after it. Ends with an error, or when interrupted.</summary>
    /// <inheritdoc cref="Ask"/>
    public int Watch(ParseResult parsed, ControlRequest request, Func<ControlResponse, Screen> show) => Converse(parsed, (client, json) =>
    {
        if (_conversation?.Live is { } watched)
            return json ? PrintJson(client.AskJson(ForNode(parsed, request))) : Show(client.Ask(ForNode(parsed, request)), show, watched.Draw);
        using var live = new LiveSession(isScreen: !json);
        return live.Run(() => json ? PrintJson(client.AskJson(ForNode(parsed, request))) : Show(client.Ask(ForNode(parsed, request)), show, live.Draw));
    });

    /// <summary>All that is asked for, some of it at a time.</summary>
    /// <param name="follow">Go on with what comes, until that has an end or until interrupted.</param>
    /// <param name="open">Gets whether JSON is to be printed.</param>
    public int ReadPages(ParseResult parsed, ControlRequest request, bool follow, Func<bool, IPages> open)
    {
        using var interrupted = new Interruption();
        return Converse(parsed, (client, json) =>
        {
            using IPages pages = open(json);
            while (true)
            {
                byte[] answer = client.AskJson(ForNode(parsed, request));
                ControlResponse response = ResponseCodec.Decode(answer);
                if (pages.Print(answer, response) is not { } page)
                    return Failed(response);
                request = page.Next;
                if (page.HasMore && !interrupted.Wait(TimeSpan.Zero))
                    continue;
                if (!follow || page.IsLast || interrupted.Wait(FollowInterval))
                    return pages.Finish();
            }
        });
    }

    private ControlRequest ForNode(ParseResult parsed, ControlRequest request) => (parsed.GetValue(_node) ?? _conversation?.Node) is { } node ? request with { Node = node } : request;

    private int Converse(ParseResult parsed, Func<IControlLink, bool, int> talk)
    {
        bool json = parsed.GetValue(_json) || Console.IsOutputRedirected;
        if (parsed.GetValue(_socketPath) is not null && _remote.IsGiven(parsed))
            return ExitCodes.Because(ExitCodes.Usage, "--socket-path is an mcrd of this host and --remote one of another; give one of them");
        IControlLink? link = null;
        try
        {
            link = _conversation is null ? Connect(parsed) : _conversation.Link();
            return talk(link, json);
        }
        catch (ControlClientException e)
        {
            _conversation?.Forget();
            return ExitCodes.Because(ExitCodes.Failed, e.Message);
        }
        catch (InvalidDataException e)
        {
            return ExitCodes.Because(ExitCodes.Failed, e.Message);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException) // of a file that is to be written
        {
            return ExitCodes.Because(ExitCodes.Failed, e.Message);
        }
        finally
        {
            if (_conversation is null)
                link?.Dispose();
        }
    }

    private IControlLink Connect(ParseResult parsed)
    {
        if (RemoteProgram.IsThis && RemoteOf(parsed) is { } address)
            return _remote.Open(parsed, address, Patience);
        string? fromEnvironment = Environment.GetEnvironmentVariable(SocketVariable);
        return ControlClient.Connect(parsed.GetValue(_socketPath) ?? (string.IsNullOrEmpty(fromEnvironment) ? ControlProtocol.DefaultSocketPath : fromEnvironment), Patience);
    }

    /// <summary>A socket that is named is meant, whatever the environment has.</summary>
    private string? RemoteOf(ParseResult parsed) => parsed.GetValue(_socketPath) is null ? _remote.AddressOf(parsed) : null;

    /// <summary>As it came: it has the shape that is promised already, and decoding it would only cost time.</summary>
    private static int PrintJson(byte[] json, Func<ProblemEntry, ProblemEntry>? place = null)
    {
        if (ResponseCodec.Kind(json) == nameof(ControlResponse.Error))
            return Failed(ResponseCodec.Decode(json), place);
        using Stream output = Console.OpenStandardOutput();
        output.Write([.. json, (byte)'\n']);
        return ExitCodes.Done;
    }

    private static int Show(ControlResponse response, Func<ControlResponse, Screen> show, Action<Screen> print, Func<ProblemEntry, ProblemEntry>? place = null)
    {
        if (response is ControlResponse.Error)
            return Failed(response, place);
        print(show(response));
        return ExitCodes.Done;
    }

    private static int Failed(ControlResponse response, Func<ProblemEntry, ProblemEntry>? place = null) => ExitCodes.Because(
        ExitCodes.Failed,
        response is ControlResponse.Error { Problems.Count: > 0 } error ? error.Problems.Select(p => (place is null ? p : place(p)).ToString()) : ["mcrd refused and did not say why; its log may"]);
}

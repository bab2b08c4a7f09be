using System.CommandLine;
using System.Runtime.InteropServices;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>What all commands share: where mcrd is, how to print, and asking it once.</summary>
internal sealed class Session
{
    private const string SocketVariable = "MCR_CONTROL_SOCKET";

    private const string ClearScreen = "\e[H\e[2J"; // ECMA-48: cursor home, erase display

    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    /// <summary>A little longer than mcrd takes to give up on itself, so that its sentence arrives.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    private readonly Option<string?> _socketPath = new("--socket-path")
    {
        HelpName = "PATH",
        Recursive = true,
        Description = $"mcrd's control socket (default: {SocketVariable} of the environment, or {ControlProtocol.DefaultSocketPath})",
    };

    private readonly Option<bool> _json = new("--json") { Recursive = true, Description = "Print JSON on a terminal, too" };

    public Session(RootCommand root)
    {
        root.Add(_socketPath);
        root.Add(_json);
    }

    /// <summary>Asks, prints the answer and returns the exit code.</summary>
    /// <param name="place">Says where a problem's field was written; null: as mcrd names it.</param>
    public int Ask(ParseResult parsed, ControlRequest request, Func<ProblemEntry, ProblemEntry>? place = null) =>
        Converse(parsed, (client, json) => Print(client, request, json, place));

    /// <summary>For what is text, also into a file: JSON only when that is asked for.</summary>
    public int AskText(ParseResult parsed, ControlRequest request, Func<ControlResponse, int> print) => Converse(parsed, (client, _) =>
    {
        if (parsed.GetValue(_json))
            return PrintJson(client.AskJson(request), null);
        ControlResponse answer = client.Ask(request);
        return answer is ControlResponse.Error ? Failed(answer, null) : print(answer);
    });

    /// <summary>Asks again each second: a table in place of the last one, or a line of JSON after it. Ends with an error, or when interrupted.</summary>
    public int Watch(ParseResult parsed, ControlRequest request)
    {
        using var interrupted = new ManualResetEventSlim();
        using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return Converse(parsed, (client, json) =>
        {
            while (true)
            {
                if (!json)
                    Console.Write(ClearScreen);
                int code = Print(client, request, json);
                if (code != ExitCodes.Done || interrupted.Wait(WatchInterval))
                    return code;
            }
        });

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupted.Set();
        }
    }

    private static int Print(ControlClient client, ControlRequest request, bool json, Func<ProblemEntry, ProblemEntry>? place = null) =>
        json ? PrintJson(client.AskJson(request), place) : PrintTable(client.Ask(request), place);

    private int Converse(ParseResult parsed, Func<ControlClient, bool, int> talk)
    {
        bool json = parsed.GetValue(_json) || Console.IsOutputRedirected;
        string? fromEnvironment = Environment.GetEnvironmentVariable(SocketVariable);
        string path = parsed.GetValue(_socketPath) ?? (string.IsNullOrEmpty(fromEnvironment) ? ControlProtocol.DefaultSocketPath : fromEnvironment);
        try
        {
            using var client = ControlClient.Connect(path, Patience);
            return talk(client, json);
        }
        catch (ControlClientException e)
        {
            return ExitCodes.Because(ExitCodes.Failed, e.Message);
        }
        catch (InvalidDataException e)
        {
            return ExitCodes.Because(ExitCodes.Failed, e.Message);
        }
    }

    /// <summary>As it came: it has the shape that is promised already, and decoding it would only cost time.</summary>
    private static int PrintJson(byte[] json, Func<ProblemEntry, ProblemEntry>? place)
    {
        if (ResponseCodec.Kind(json) == nameof(ControlResponse.Error))
            return Failed(ResponseCodec.Decode(json), place);
        using Stream output = Console.OpenStandardOutput();
        output.Write([.. json, (byte)'\n']);
        return ExitCodes.Done;
    }

    private static int PrintTable(ControlResponse response, Func<ProblemEntry, ProblemEntry>? place)
    {
        if (response is ControlResponse.Error)
            return Failed(response, place);
        Tables.Print(Spectre.Console.AnsiConsole.Console, response);
        return ExitCodes.Done;
    }

    private static int Failed(ControlResponse response, Func<ProblemEntry, ProblemEntry>? place) => ExitCodes.Because(
        ExitCodes.Failed,
        response is ControlResponse.Error { Problems.Count: > 0 } error ? error.Problems.Select(p => (place is null ? p : place(p)).ToString()) : ["mcrd refused and did not say why; its log may"]);
}

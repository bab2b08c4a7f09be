using System.CommandLine;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>What all commands share: where mcrd is, how to print, and asking it once.</summary>
internal sealed class Session
{
    private const string SocketVariable = "MCR_CONTROL_SOCKET";

    private const string ClearScreen = "\e[H\e[2J"; // ECMA-48: cursor home, erase display

    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FollowInterval = TimeSpan.FromMilliseconds(200);

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
    public int Ask(ParseResult parsed, ControlRequest request) =>
        Converse(parsed, (client, json) => Print(client, request, json));

    /// <summary>Asks again each second: a table in place of the last one, or a line of JSON after it. Ends with an error, or when interrupted.</summary>
    public int Watch(ParseResult parsed, ControlRequest request)
    {
        using var interrupted = new Interruption();
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
    }

    /// <summary>
    /// All that was recorded, some records at a time: a table, or an object of JSON with its records for each answer that has some, or a capture.
    /// </summary>
    /// <param name="follow">Until the trace has ended, or until interrupted.</param>
    public int ReadTrace(ParseResult parsed, ControlRequest.TraceGet request, bool follow, string? pcap)
    {
        using var interrupted = new Interruption();
        return Converse(parsed, (client, json) =>
        {
            using PcapFile? capture = pcap is null ? null : PcapFile.Create(pcap);
            using var printer = new TracePrinter(capture, json);
            long recorded = 0; // when we began: without following, a stream that is faster than we are must not keep us
            while (true)
            {
                byte[] answer = client.AskJson(request);
                if (ResponseCodec.Decode(answer) is not ControlResponse.Trace { Entry: { } trace } response)
                    return Failed(ResponseCodec.Decode(answer));
                printer.Print(answer, response);
                request = request with { From = trace.Next };
                recorded = recorded == 0 ? trace.Recorded : recorded;
                if (trace.More && (follow || trace.Next.Sum() < recorded))
                    continue;
                if (!follow || !trace.Active || interrupted.Wait(FollowInterval))
                    return printer.Finish(trace);
            }
        });
    }

    private static int Print(ControlClient client, ControlRequest request, bool json) =>
        json ? PrintJson(client.AskJson(request)) : PrintTable(client.Ask(request));

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
        catch (Exception e) when (e is UnauthorizedAccessException or IOException) // of a file that is to be written
        {
            return ExitCodes.Because(ExitCodes.Failed, e.Message);
        }
    }

    /// <summary>As it came: it has the shape that is promised already, and decoding it would only cost time.</summary>
    private static int PrintJson(byte[] json)
    {
        if (ResponseCodec.Kind(json) == nameof(ControlResponse.Error))
            return Failed(ResponseCodec.Decode(json));
        using Stream output = Console.OpenStandardOutput();
        output.Write([.. json, (byte)'\n']);
        return ExitCodes.Done;
    }

    private static int PrintTable(ControlResponse response)
    {
        if (response is ControlResponse.Error)
            return Failed(response);
        Tables.Print(Spectre.Console.AnsiConsole.Console, response);
        return ExitCodes.Done;
    }

    private static int Failed(ControlResponse response) => ExitCodes.Because(
        ExitCodes.Failed,
        response is ControlResponse.Error { Problems.Count: > 0 } error ? error.Problems.Select(p => p.ToString()) : ["mcrd refused and did not say why; its log may"]);
}

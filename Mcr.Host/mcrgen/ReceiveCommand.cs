using System.CommandLine;
using Mcr.Native.Interop;

namespace Mcr.Host.Mcrgen;

/// <summary>`mcrgen receive --interface … --group … --port …`: receives and verifies.</summary>
internal sealed class ReceiveCommand
{
    private const int DefaultFirstTimeout = 10;
    private const int DefaultTimeout = 2;

    /// <summary>Below this much buffer, loss may be the receiver's own.</summary>
    private const int SmallBuffer = 4 << 20;

    private readonly EndpointOptions _endpoint;
    private readonly Option<string?> _count = new("--count") { HelpName = "N", Description = "End after so many different datagrams, numbered from 0; 1 or more (default: when --timeout is over)" };
    private readonly Option<string?> _timeout = new("--timeout") { HelpName = "S", Description = $"End after so many seconds without a datagram, a fraction is fine; 0: never (default: {DefaultTimeout}, and {DefaultFirstTimeout} before the first)" };
    private readonly Option<bool> _sha256 = new("--sha256") { Description = "Print the SHA-256 of all payloads, in order of arrival, at the end" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the summary as one JSON object, and nothing else unless asked for" };
    private readonly Option<bool> _readyLine = new("--ready-line") { Description = "With --json, too, print the line ready when the group is joined" };
    private readonly Option<bool> _rates = new("--rates") { Description = "Print a line with the rate each second" };

    public ReceiveCommand(Command command)
    {
        _endpoint = new EndpointOptions(command, withSource: true);
        foreach (Option option in new Option[] { _count, _timeout, _sha256, _json, _readyLine, _rates })
            command.Add(option);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        var arguments = new Arguments(parsed);
        if (Read(arguments) is not { } options)
            return ExitCodes.Usage(arguments.Problems);

        using var stop = new StopSignal();
        using FileDescriptor socket = UdpSocket.OpenReceiver(options.Endpoint, out int bufferBytes);
        if (bufferBytes < SmallBuffer)
            Console.Error.WriteLine($"mcrgen: the receive buffer is only {bufferBytes} bytes, so a burst may be lost here; raise net.core.rmem_max, or run with CAP_NET_ADMIN.");
        var receiver = new Receiver(options, socket, Console.Out);
        if (options.ReadyLine)
        {
            Console.Out.WriteLine("ready");
            Console.Out.Flush();
        }

        ReceiveSummary summary = receiver.Run(stop);
        Console.Out.WriteLine(options.Json ? summary.ToJson() : summary.ToLine());
        if (summary.Unverified > 0)
            Console.Error.WriteLine($"mcrgen: of {summary.Received} datagrams {summary.Unverified} could not be fully verified: they are shorter than the header of {Payload.HeaderSize} bytes, or of more than {StreamSet.MaxStreams} streams.");
        return summary.IsClean ? ExitCodes.Done : ExitCodes.Failed;
    }

    private ReceiveOptions? Read(Arguments arguments)
    {
        Endpoint? endpoint = _endpoint.Read(arguments);
        long? count = arguments.Whole(_count, 1, long.MaxValue);
        double? timeout = arguments.Number(_timeout, 1e6, "never");
        if (arguments.Problems.Count > 0)
            return null;
        bool json = arguments.Flag(_json);
        return new ReceiveOptions(endpoint!)
        {
            Count = count,
            FirstTimeout = Span(timeout ?? DefaultFirstTimeout),
            Timeout = Span(timeout ?? DefaultTimeout),
            Sha256 = arguments.Flag(_sha256),
            Json = json,
            ReadyLine = !json || arguments.Flag(_readyLine),
            Rates = arguments.Flag(_rates),
        };
    }

    private static TimeSpan? Span(double seconds) => seconds == 0 ? null : TimeSpan.FromSeconds(seconds);
}

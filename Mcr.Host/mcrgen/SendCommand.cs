using System.CommandLine;
using Mcr.Native.Interop;

namespace Mcr.Host.Mcrgen;

/// <summary>`mcrgen --interface … --group … --port …`: sends.</summary>
internal sealed class SendCommand
{
    private const int DefaultRate = 1000;
    private const int DefaultSize = 1316;
    private const int DefaultBatch = 32;
    private const int DefaultTtl = 8;

    private readonly EndpointOptions _endpoint;
    private readonly Option<string?> _rate = new("--rate") { HelpName = "PPS", Description = $"Datagrams a second, a fraction is fine; 0: as many as go (default: {DefaultRate})" };
    private readonly Option<string?> _size = new("--size") { HelpName = "BYTES", Description = $"Payload of a datagram in bytes, 0 to {Payload.MaxSize}; from {Payload.HeaderSize} on it can be fully verified (default: {DefaultSize})" };
    private readonly Option<string?> _count = new("--count") { HelpName = "N", Description = "How many datagrams, 1 or more (default: until interrupted)" };
    private readonly Option<string?> _payload = new("--payload") { HelpName = "TEXT", Description = "Fill the datagrams with this text, repeated (default: a pattern)" };
    private readonly Option<bool> _random = new("--random") { Description = "Fill the datagrams with random bytes (default: a pattern)" };
    private readonly Option<string?> _seed = new("--seed") { HelpName = "N", Description = "Seed of --random, 0 or more: the same seed makes the same bytes (default: 0)" };
    private readonly Option<string?> _batch = new("--batch") { HelpName = "N", Description = $"The most datagrams in one system call, 1 to {SendOptions.MaxBatch} (default: {DefaultBatch})" };
    private readonly Option<string?> _segments = new("--segments") { HelpName = "N", Description = $"Send runs of so many datagrams with UDP_SEGMENT (GSO), 1 to {SendOptions.MaxSegments}; 0: off (default: 0)" };
    private readonly Option<string?> _ttl = new("--ttl") { HelpName = "N", Description = $"Time to live, or hop limit, 0 to 255 (default: {DefaultTtl})" };
    private readonly Option<string?> _dscp = new("--dscp") { HelpName = "N", Description = "Class of service (DSCP), 0 to 63 (default: 0)" };
    private readonly Option<bool> _sha256 = new("--sha256") { Description = "Print the SHA-256 of all payloads, in order, at the end" };
    private readonly Option<bool> _quiet = new("--quiet") { Description = "Write no progress to stderr" };

    public SendCommand(Command command)
    {
        _endpoint = new EndpointOptions(command, withSource: false);
        foreach (Option option in new Option[] { _rate, _size, _count, _payload, _random, _seed, _batch, _segments, _ttl, _dscp, _sha256, _quiet })
            command.Add(option);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        var arguments = new Arguments(parsed);
        if (Read(arguments) is not { } options)
            return ExitCodes.Usage(arguments.Problems);
        if (options.Size < Payload.HeaderSize && !options.Quiet)
            Console.Error.WriteLine($"mcrgen: --size {options.Size} has no room for the header of {Payload.HeaderSize} bytes: a receiver can check {(options.Size < Payload.SequenceSize ? "only the number of datagrams" : "the sequence numbers, but neither content nor latency")}.");

        using var stop = new StopSignal();
        using FileDescriptor socket = UdpSocket.OpenSender(options.Endpoint, options.Ttl, options.Dscp, options.Segments > 0 ? options.Size : 0);
        Console.WriteLine(new Sender(options, socket, Console.Error).Run(stop));
        return ExitCodes.Done;
    }

    private SendOptions? Read(Arguments arguments)
    {
        Endpoint? endpoint = _endpoint.Read(arguments);
        double? rate = arguments.Number(_rate, 1e9, "as many as go");
        int size = (int)(arguments.Whole(_size, 0, Payload.MaxSize) ?? DefaultSize);
        long? count = arguments.Whole(_count, 1, long.MaxValue);
        int batch = (int)(arguments.Whole(_batch, 1, SendOptions.MaxBatch) ?? DefaultBatch);
        int segments = (int)(arguments.Whole(_segments, 0, SendOptions.MaxSegments) ?? 0);
        int ttl = (int)(arguments.Whole(_ttl, 0, 255) ?? DefaultTtl);
        int dscp = (int)(arguments.Whole(_dscp, 0, 63) ?? 0);
        long? seed = arguments.Whole(_seed, 0, long.MaxValue);
        string? text = arguments.Text(_payload);
        bool random = arguments.Flag(_random);
        if (segments > 0 && size == 0)
            arguments.Problem(_segments, $"'{segments}' makes runs of datagrams, and --size 0 leaves nothing to cut; use a --size of at least 1");
        else if ((long)segments * size > Payload.MaxSize)
            arguments.Problem(_segments, $"'{segments}' makes runs of {(long)segments * size} bytes, more than the {Payload.MaxSize} that one send carries; use at most {Payload.MaxSize / size} with --size {size}");
        if (text is "")
            arguments.Problem(_payload, "is empty; give a text, or leave it out");
        if (text is not null && random)
            arguments.Problem(_payload, $"'{text}' and --random exclude each other; leave one out");
        if (seed is not null && !random)
            arguments.Problem(_seed, $"'{seed}' has no effect without --random; add --random, or leave it out");
        if (arguments.Problems.Count > 0)
            return null;
        return new SendOptions(endpoint!)
        {
            Rate = rate ?? DefaultRate,
            Size = size,
            Count = count,
            Batch = batch,
            Segments = segments,
            Ttl = ttl,
            Dscp = dscp,
            Fill = text is not null ? PayloadFill.Text(text) : random ? PayloadFill.Random((ulong)(seed ?? 0)) : PayloadFill.Pattern(),
            Sha256 = arguments.Flag(_sha256),
            Quiet = arguments.Flag(_quiet),
        };
    }
}

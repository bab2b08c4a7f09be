using System.CommandLine;
using System.CommandLine.Parsing;
using Mcr.Native.Interop;

namespace Mcr.Host.Mcrgen;

/// <summary>`mcrgen`: sends UDP datagrams that can be verified, and `mcrgen receive` verifies them.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        RootCommand root = Build();
        Command receive = root.Subcommands.Single();

        // No response files: a payload may begin with @.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            return ExitCodes.Usage(parsed.Errors.Select(error => $"{error.Message.TrimEnd('.')}; see mcrgen --help"));
        if (parsed.CommandResult.Command == receive && parsed.RootCommandResult.Children.OfType<OptionResult>().FirstOrDefault(o => !o.Implicit) is { } stray)
            return ExitCodes.Usage([$"{stray.Option.Name} stands before 'receive' and would be ignored; write it after 'receive', if it is one of its flags (see mcrgen receive --help)"]);
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (LinuxException e)
        {
            Console.Error.WriteLine($"mcrgen: {e.Message}");
            return ExitCodes.Failed;
        }
    }

    /// <summary>All that can be asked for. Of it are made: <c>--help</c>, the reference, the manual page, and completions of shells.</summary>
    internal static RootCommand Build()
    {
        var root = new RootCommand("Sends a stream of verifiable UDP datagrams to a multicast group or a unicast address.");
        var receive = new Command("receive", "Receives such a stream and reports loss, duplicates, reordering, corruption and latency.");
        root.Add(receive);
        _ = new SendCommand(root);
        _ = new ReceiveCommand(receive);
        return root;
    }
}

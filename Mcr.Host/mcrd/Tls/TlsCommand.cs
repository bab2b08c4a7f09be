using System.CommandLine;

namespace Mcr.Host.Mcrd.Tls;

/// <summary><c>mcrd tls init | show</c>.</summary>
internal static class TlsCommand
{
    private const int MostDays = 3650;

    public static Command Build() => new("tls", "Makes and shows certificates for hosts and consoles.") { Init(), Show() };

    private static Command Init()
    {
        var directory = new Option<string>("--directory") { HelpName = "DIR", Description = "Directory for the files, which is made if it is not there; an authority that is there already is used", Required = true };
        var nodes = new Option<string?>("--nodes") { HelpName = "NAME,…", Description = "Nodes to make certificates for, with commas (default: none)" };
        var consoles = new Option<string?>("--consoles") { HelpName = "NAME,…", Description = "Consoles to make certificates for, with commas (default: none)" };
        var days = CommandLine.Whole("--days", LabOptions.DefaultDays, 1, MostDays, "For how many days these certificates are valid");
        var command = new Command("init", "Makes an authority and certificates for a lab; writes over nothing.") { directory, nodes, consoles, days };
        command.SetAction(parsed =>
        {
            var options = new LabOptions(parsed.GetRequiredValue(directory), Names(parsed.GetValue(nodes)), Names(parsed.GetValue(consoles)), parsed.GetValue(days));
            IReadOnlyList<string> problems = new Lab(options, Console.Out, TimeProvider.System.GetUtcNow()).Run();
            foreach (string problem in problems)
                Console.Error.WriteLine($"mcrd tls init: {problem}");
            return problems.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static Command Show()
    {
        var files = new Argument<string[]>("FILE") { Description = "Certificates, in PEM", Arity = ArgumentArity.OneOrMore };
        var command = new Command("show", "Says of certificates whose they are, how long they are valid, who issued them, and for what.") { files };
        command.SetAction(parsed => CertificateReport.Run(parsed.GetRequiredValue(files), Console.Out, Console.Error, TimeProvider.System.GetUtcNow()) ? ExitCodes.Ok : ExitCodes.Failed);
        return command;
    }

    private static string[] Names(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

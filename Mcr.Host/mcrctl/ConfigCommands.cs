using System.CommandLine;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl config …` and `mcrctl reload`.</summary>
internal static class ConfigCommands
{
    public static void AddTo(RootCommand root, Session session)
    {
        root.Add(new Command("config", "Shows, loads, saves and checks configurations.") { Show(session), Load(session), Confirm(session), Save(session), Check() });
        var reload = new Command("reload", "Has mcrd read its files again and apply what differs; what was changed at run time stays on top. A bad file changes nothing.");
        reload.SetAction(parsed => session.Ask(parsed, new ControlRequest.Reload()));
        root.Add(reload);
    }

    private static Command Show(Session session)
    {
        var show = new Command("show", "Prints what runs as a configuration file that starts the same relay; with --json its rules and their hash, too.");
        show.SetAction(parsed => session.AskText(parsed, new ControlRequest.ShowConfig(), answer => Hocon(answer, config =>
        {
            Console.Out.Write(config.Hocon);
            return ExitCodes.Done;
        })));
        return show;
    }

    private static Command Load(Session session)
    {
        var file = new Option<string>("--file") { HelpName = "FILE", Required = true, Description = "A configuration file, of which the rules are taken" };
        var replace = new Option<bool>("--replace") { Description = "Remove all rules that are not in the file (default: only add and replace)" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and do nothing" };
        var confirm = new Option<string?>("--confirm") { HelpName = "TIME", Description = "Take it back after this time, such as 60s or 5m, unless mcrctl config confirm comes first (default: it stays)" };
        var load = new Command("load", "Adds and replaces rules from a file, as one change: all of them or none.") { file, replace, dryRun, confirm };
        load.SetAction(parsed =>
        {
            if (parsed.GetValue(dryRun) && parsed.GetValue(confirm) is not null)
                return ExitCodes.Because(ExitCodes.Usage, "--dry-run changes nothing that could be confirmed; leave out one of --dry-run and --confirm");
            string path = parsed.GetRequiredValue(file);
            SettingsResult read = SettingsReader.Read(new SettingsSources { ConfigFile = path, ForAnyNode = true, Environment = Environment.GetEnvironmentVariable });
            if (read.Settings is not { } settings)
            {
                ConfigCheck.Print(read.Problems, Console.Error);
                return ExitCodes.Failed;
            }

            var request = new ControlRequest.ChangeRules
            {
                Rules = [.. settings.Rules.Select(r => RuleRequest.Of(r.Rule))],
                Replace = parsed.GetValue(replace),
                DryRun = parsed.GetValue(dryRun),
                Confirm = parsed.GetValue(confirm),
                From = path,
            };
            return session.Ask(parsed, request, place: problem => problem.Field is { } field && FieldPlace.Find(field, "rules") is (int index, string rest) && index < settings.Rules.Length
                ? new ProblemEntry($"{settings.Rules[index].Origin}: {rest}", problem.Sentence)
                : problem);
        });
        return load;
    }

    private static Command Confirm(Session session)
    {
        var confirm = new Command("confirm", "Keeps what `mcrctl config load --confirm` has changed.");
        confirm.SetAction(parsed => session.Ask(parsed, new ControlRequest.ConfirmChange()));
        return confirm;
    }

    private static Command Save(Session session)
    {
        var file = new Option<string?>("--file") { HelpName = "FILE", Description = "A file of yours (default: the one that mcrd was started with, which mcrd writes itself)" };
        var save = new Command("save", "Writes what runs to a file. Over mcrd's own, what was changed at run time is part of the files from then on.") { file };
        save.SetAction(parsed => parsed.GetValue(file) is { Length: > 0 } path
            ? session.AskText(parsed, new ControlRequest.ShowConfig(), answer => Hocon(answer, config => SaveAs(Path.GetFullPath(path), config, session, parsed)))
            : session.Ask(parsed, new ControlRequest.SaveConfig()));
        return save;
    }

    /// <summary>
    /// With the rights of whoever asks: mcrd, as root, must not write where a member of its group says. Its own file it writes itself all the same.
    /// </summary>
    private static int SaveAs(string path, ConfigEntry config, Session session, ParseResult parsed)
    {
        if (path == config.ConfigFile)
            return session.Ask(parsed, new ControlRequest.SaveConfig());
        if (ConfigFileWriter.TryWrite(path, config.Hocon) is { } refusal)
            return ExitCodes.Because(ExitCodes.Failed, $"{path} {refusal}");
        Console.Out.WriteLine($"{config.Rules.Count} rules are written to {path}");
        return ExitCodes.Done;
    }

    private static Command Check()
    {
        var file = new Option<string>("--file") { HelpName = "FILE", Required = true, Description = "The configuration file" };
        var check = new Command("check", "Checks a configuration file without asking mcrd.") { file };
        check.SetAction(parsed => ConfigCheck.Run(parsed.GetRequiredValue(file), Console.Out, Console.Error) ? ExitCodes.Done : ExitCodes.Failed);
        return check;
    }

    private static int Hocon(ControlResponse answer, Func<ConfigEntry, int> use) => answer is ControlResponse.Config config
        ? use(config.Entry)
        : ExitCodes.Because(ExitCodes.Failed, "mcrd answered something else; use the mcrctl that came with it");
}

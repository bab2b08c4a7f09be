using System.CommandLine;
using Mcr.Actors.Configuration;

namespace Mcr.Host.Mcrctl;

internal static class ConfigCheckCommand
{
    public static void AddTo(RootCommand root)
    {
        var file = new Option<string>("--file") { HelpName = "F", Required = true, Description = "The configuration file" };
        var check = new Command("check", "Checks a configuration file without asking mcrd.") { file };
        check.SetAction(parsed => ConfigCheck.Run(parsed.GetRequiredValue(file), Console.Out, Console.Error) ? ExitCodes.Done : ExitCodes.Failed);
        root.Add(new Command("config", "Works on configuration files.") { check });
    }
}

using System.CommandLine;
using Mcr.Actors.Configuration;
using Mcr.Host.Mcrd.Demo;
using Mcr.Host.Mcrd.Supervisor;
using Mcr.Host.Mcrd.Tls;

namespace Mcr.Host.Mcrd;

/// <summary><c>mcrd supervisor | check | demo | tls</c>.</summary>
internal static class CommandLine
{
    private const string DefaultConfig = "/etc/mcr/mcrd.hocon";

    public static int Run(string[] args)
    {
        ParseResult parsed = Build().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (string error in parsed.Errors.Select(e => e.Message).Distinct())
                Console.Error.WriteLine($"mcrd: {error.TrimEnd('.')}; see mcrd --help");
            return ExitCodes.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"mcrd: a fault of mcrd itself, please report it: {e}");
            return ExitCodes.Software;
        }
    }

    /// <summary>All that can be asked for. Of it are made: <c>--help</c>, the reference, the manual pages, and completions of shells.</summary>
    internal static RootCommand Build() => new("Relays UDP multicast between interfaces.") { Supervisor(), Check(), Demo(), TlsCommand.Build() };

    private static Command Supervisor()
    {
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = $"Configuration file, in HOCON (default: {DefaultConfig} if it is there, otherwise none)" };
        var device = new Option<string?>("--interface") { HelpName = "INTERFACE", Description = "An input interface to serve, as if it stood in mcr.interfaces (default: those that the configuration and its rules name)" };
        var workers = new Option<string?>("--num-workers") { HelpName = "N", Description = "Worker processes of the interface that --interface names, 1 to 64 (default: mcr.interface-defaults.workers, which is 1)" };
        var socket = new Option<string?>("--control-socket-path") { HelpName = "PATH", Description = "Unix socket at which mcrctl finds this mcrd, an absolute path (default: MCR_CONTROL_SOCKET of the environment, otherwise mcr.control.socket, which is /run/mcr/control.sock)" };
        var json = new Option<bool>("--log-json") { Description = "Log JSON objects, one a line (default: text, unless mcr.log.json is on)" };
        var command = new Command("supervisor", "Runs the relay, until SIGTERM.") { config, device, workers, socket, json };
        command.SetAction(async (parsed, _) =>
        {
            var sources = new SettingsSources
            {
                ConfigFile = parsed.GetValue(config) ?? (File.Exists(DefaultConfig) ? DefaultConfig : null),
                Interface = parsed.GetValue(device),
                Workers = parsed.GetValue(workers),
                ControlSocket = parsed.GetValue(socket),
                LogJson = parsed.GetValue(json),
                Environment = Environment.GetEnvironmentVariable,
            };
            SettingsResult result = SettingsReader.Read(sources);
            if (result.Settings is { } settings)
                return await Daemon.RunAsync(settings, new RunningConfiguration(sources, settings));
            ConfigCheck.Print(result.Problems, Console.Error);
            return ExitCodes.Configuration;
        });
        return command;
    }

    private static Command Check()
    {
        var config = new Option<string>("--config") { HelpName = "FILE", Description = "Configuration file, in HOCON", Required = true };
        var places = new Option<bool>("--places") { Description = "Print control.socket, runtime-directory and state-directory, a line each, for scripts (default: a sentence)" };
        var command = new Command("check", "Reads a configuration and says what is wrong with it; changes nothing.") { config, places };
        command.SetAction(parsed => ConfigCheck.Run(parsed.GetRequiredValue(config), Console.Out, Console.Error, parsed.GetValue(places)) ? ExitCodes.Ok : ExitCodes.Failed);
        return command;
    }

    private static Command Demo()
    {
        var seconds = Whole("--seconds", DemoOptions.DefaultSeconds, 1, 3600, "For how many seconds the stream flows");
        var rate = Whole("--rate", DemoOptions.DefaultRate, 1, 1_000_000, "Datagrams a second");
        var size = Whole("--size", DemoOptions.DefaultSize, 64, 1472, "Payload of a datagram, in bytes");
        var command = new Command("demo", "Shows a relay at work between throw-away network namespaces.") { seconds, rate, size };
        command.SetAction((parsed, _) => DemoCommand.RunAsync(new DemoOptions(parsed.GetValue(seconds), parsed.GetValue(rate), parsed.GetValue(size))));
        return command;
    }

    internal static Option<int> Whole(string name, int byDefault, int least, int most, string description)
    {
        var option = new Option<int>(name) { HelpName = "N", Description = $"{description} ({least} to {most})", DefaultValueFactory = _ => byDefault };
        option.Validators.Add(result =>
        {
            if (result.Errors.Any())
                return;
            int value = result.GetValueOrDefault<int>();
            if (value < least || value > most)
                result.AddError($"{name} is {value}; give a number from {least} to {most}");
        });
        return option;
    }
}

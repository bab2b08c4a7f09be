using System.CommandLine;
using Mcr.Actors.Control;
using Mcr.Native.Logging;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl log-level`: what mcrd and its workers log, while they run.</summary>
internal static class LogLevelCommand
{
    /// <summary>Written out: whoever asks something else, and soon, does not wait until a list has been made of them.</summary>
    private const string Levels = "debug, info, warning, error";

    public static void AddTo(RootCommand root, Session session)
    {
        var get = new Command("get", "Shows the global level and that of each facility.");
        get.SetAction(parsed => session.Ask(parsed, new ControlRequest.GetLogLevels()));
        root.Add(new Command("log-level", "Shows or changes what mcrd and its workers log.") { get, Set(session) });
    }

    private static Command Set(Session session)
    {
        var global = new Option<string?>("--global") { HelpName = "LEVEL", Description = $"For every facility that has no level of its own: {Levels} (required, unless there is --facility)", CompletionSources = { "debug", "info", "warning", "error" } };
        var facility = new Option<string?>("--facility") { HelpName = "FACILITY", Description = "One of those that log-level get lists, such as Network; with --level (default: none)", CompletionSources = { _ => LogNames.Facilities.Keys } };
        var level = new Option<string?>("--level") { HelpName = "LEVEL", Description = $"For that facility: {Levels}, or default to follow the global one again (required with --facility)", CompletionSources = { "debug", "info", "warning", "error", "default" } };
        var command = new Command("set", "Changes a level at once, in running workers too, until mcrd ends.") { global, facility, level };
        command.SetAction(parsed =>
        {
            var request = new ControlRequest.SetLogLevel { Global = parsed.GetValue(global), Facility = parsed.GetValue(facility), Level = parsed.GetValue(level) };
            return request is { Global: null, Facility: null } || request.Facility is null != request.Level is null
                ? ExitCodes.Because(ExitCodes.Usage, "log-level set takes --global L, or --facility F with --level L, or both (see: mcrctl log-level get)")
                : session.Ask(parsed, request);
        });
        return command;
    }
}

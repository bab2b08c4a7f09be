using System.CommandLine;
using Mcr.Actors.Control;
using Mcr.Native.Logging;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl log-level`: what mcrd and its workers log, while they run.</summary>
internal static class LogLevelCommand
{
    public static void AddTo(RootCommand root, Session session)
    {
        var get = new Command("get", "Shows the global level and that of each facility.");
        get.SetAction(parsed => session.Ask(parsed, new ControlRequest.GetLogLevels()));
        root.Add(new Command("log-level", "Shows or changes what mcrd and its workers log.") { get, Set(session) });
    }

    private static Command Set(Session session)
    {
        string levels = string.Join(", ", LogNames.Levels.Keys);
        var global = new Option<string?>("--global") { HelpName = "L", Description = $"For every facility that has no level of its own: {levels}" };
        var facility = new Option<string?>("--facility") { HelpName = "F", Description = $"One of {string.Join(", ", LogNames.Facilities.Keys)}" };
        var level = new Option<string?>("--level") { HelpName = "L", Description = $"For that facility: {levels}, or {LogNames.Default} to follow the global one again" };
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

using Mcr.Actors.Configuration;
using Mcr.Native.Logging;

namespace Mcr.Actors.Control;

/// <summary>Levels of the log as the control socket has them. Pure.</summary>
internal static class LogLevelViews
{
    private static readonly string AllLevels = string.Join(", ", LogNames.Levels.Keys);

    public static ControlResponse Entry(LogLevels levels) => new ControlResponse.LogLevels(new LogLevelsEntry(
        levels.Global.ToString(),
        levels.Overrides.ToDictionary(o => o.Key.ToString(), o => o.Value.ToString()),
        Enum.GetValues<LogFacility>().ToDictionary(f => f.ToString(), f => levels.Of(f).ToString())));

    /// <summary>What a request makes of the levels: all of it or, with every problem, nothing.</summary>
    /// <returns>The levels to use, null when it is refused; and the answer.</returns>
    public static (LogLevels? Next, ControlResponse Answer) Decide(LogLevels now, ControlRequest.SetLogLevel request)
    {
        var problems = new List<ProblemEntry>();
        var done = new List<string>();
        LogLevels next = now;
        if (request.Global is { } global)
        {
            next = next with { Global = Level("global", global) ?? now.Global };
            done.Add($"everything is logged from {LogNames.Of(next.Global)} on{(next.Overrides.IsEmpty ? "" : $", but what has a level of its own ({string.Join(", ", next.Overrides.Keys)})")}");
        }

        if (request.Facility is not null || request.Level is not null)
            Facility();
        if (request is { Global: null, Facility: null, Level: null })
            problems.Add(new ProblemEntry(null, "give the global level, or a facility and its level"));
        return problems.Count > 0
            ? (null, new ControlResponse.Error(problems))
            : (next, new ControlResponse.Success($"{string.Join("; ", done)}; in mcrd and its workers, until mcrd ends (log.level and log.levels of its configuration last)"));

        void Facility()
        {
            bool isDefault = string.Equals(request.Level, LogNames.Default, StringComparison.OrdinalIgnoreCase);
            LogVerbosity? level = isDefault ? null : Level("level", request.Level, $" or {LogNames.Default}");
            if (!LogNames.Facilities.TryGetValue(request.Facility ?? "", out LogFacility facility))
            {
                string hint = NearestKey.Of(request.Facility ?? "", LogNames.Facilities.Keys) is { } meant ? $"did you mean '{meant}'? They" : "they";
                problems.Add(new ProblemEntry("facility", $"{(request.Facility is null ? "is missing" : $"'{request.Facility}' is none")}; {hint} are {string.Join(", ", LogNames.Facilities.Keys)}"));
                return;
            }

            next = next.With(facility, level);
            done.Add($"{facility} is logged from {LogNames.Of(next.Of(facility))} on{(isDefault ? ", like everything" : "")}");
        }

        LogVerbosity? Level(string field, string? text, string orElse = "")
        {
            if (LogNames.Levels.TryGetValue(text ?? "", out LogVerbosity level))
                return level;
            problems.Add(new ProblemEntry(field, $"{(text is null ? "is missing" : $"'{text}' is no level")}; give one of {AllLevels}{orElse}"));
            return null;
        }
    }
}

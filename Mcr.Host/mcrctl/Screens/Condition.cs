using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>How something is, the worst first. A rule that is active may still lose datagrams, or have none.</summary>
internal enum Condition
{
    Failed,
    Degraded,
    Pending,
    Alarm,
    Dropping,
    Silent,
    Ok,
}

/// <summary>Conditions of what is on a screen. Pure.</summary>
internal static class Conditions
{
    public static Condition OfStatus(string? status) => status switch
    {
        "Failed" => Condition.Failed,
        "Degraded" => Condition.Degraded,
        "Pending" => Condition.Pending,
        _ => Condition.Ok,
    };

    /// <summary>By its status, then by what has happened in the last ten seconds.</summary>
    public static Condition Of(string? status, RatesEntry? rates) => OfStatus(status) is not Condition.Ok and var worse ? worse : Of(rates);

    /// <summary>An alarm is worse than what the rates say, and no news of a rule that is not even relayed.</summary>
    public static Condition Of(StatsEntry rule) => OfStatus(rule.Status) is Condition.Ok && rule.Alarms is { Count: > 0 } ? Condition.Alarm : Of(rule.Status, rule.Rates);

    /// <inheritdoc cref="Of(StatsEntry)"/>
    public static Condition Of(RuleEntry rule) => OfStatus(rule.Status) is Condition.Ok && rule.ActiveAlarms is { Count: > 0 } ? Condition.Alarm : OfStatus(rule.Status);

    public static Condition Of(RatesEntry? rates) =>
        rates is null ? Condition.Ok
        : rates.TenSeconds.DropsPerSecond > 0 ? Condition.Dropping
        : rates.TenSeconds.PacketsPerSecond == 0 ? Condition.Silent
        : Condition.Ok;

    public static string Word(Condition condition) => condition.ToString().ToLowerInvariant();

    public static Ink Ink(Condition condition) => condition switch
    {
        Condition.Failed or Condition.Alarm or Condition.Dropping => Screens.Ink.Bad,
        Condition.Degraded or Condition.Pending => Screens.Ink.Poor,
        Condition.Silent => Screens.Ink.Faint,
        _ => Screens.Ink.Plain,
    };
}

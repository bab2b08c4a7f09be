using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>`mcrctl interfaces`, and `mcrctl stats --by interface`. Pure.</summary>
internal static class InterfaceScreen
{
    private static readonly Column[] Columns =
    [
        new("STATE"), new("NAME"), new("KIND", Rank: 2), new("MTU", Rank: 1, IsNumber: true), new("ADDRESSES"), new("RULES", IsNumber: true), new("WORKERS", IsNumber: true), new("QUERIER", Rank: 3), new("REPAIRS", Rank: 4, IsNumber: true),
    ];

    public static Screen Of(IReadOnlyList<InterfaceEntry> devices) => devices.Count == 0 ? new Screen(["no interfaces"]) : new Screen([])
    {
        Columns = Columns,
        What = "interface",
        Rows = [.. devices.OrderBy(Condition).ThenBy(d => d.Rules == 0).ThenBy(d => d.Name, StringComparer.Ordinal).Select(Row)],
    };

    public static Screen Traffic(IReadOnlyList<InterfaceEntry> devices, DateTimeOffset now) => TrafficScreen.Of(
        "interface",
        devices.Where(d => d.Rules > 0 || d.Counters is not null).Select(d => new TrafficScreen.Entry(d.Name, State(d) == "up" ? null : State(d), d.Counters, d.Rates, d.LastSeen)),
        now);

    private static Row Row(InterfaceEntry device) => new(
        [
            Condition(device) == Screens.Condition.Alarm ? Conditions.Word(Screens.Condition.Alarm) : State(device),
            device.Name,
            device.Kind?.ToLowerInvariant() ?? "",
            device.Mtu is { } mtu ? $"{mtu} B" : "",
            string.Join('\n', device.Addresses),
            Quantity.Count(device.Rules),
            Quantity.Count(device.Workers),
            string.Join('\n', (device.Queriers ?? []).Select(Querier)),
            Quantity.Count(device.Repairs),
        ],
        Conditions.Ink(Condition(device)),
        Alarms(device) is { Length: > 0 } alarms ? StatsScreen.Alarms(alarms) : null);

    private static AlarmEntry[] Alarms(InterfaceEntry device) => [.. (device.Queriers ?? []).Select(q => q.Alarm).OfType<AlarmEntry>()];

    /// <summary><c>IGMPv3 10.0.0.1</c>, or since when nobody has asked: <c>no IGMP since 11-28 12:34</c>.</summary>
    private static string Querier(QuerierEntry querier) => querier is { Alarm: null, Silent: false, Protocol: { } protocol }
        ? $"{protocol}{Places.Glue}{querier.Address}"
        : $"no {(querier.Family == "ipv6" ? "MLD" : "IGMP")} since {(querier.LastSeen ?? querier.Since).ToLocalTime():MM-dd HH:mm}".Replace(' ', Places.Glue);

    /// <summary>What no rule needs is in no bad condition, however it is.</summary>
    private static Condition Condition(InterfaceEntry device) => device switch
    {
        { Rules: 0 } => Screens.Condition.Ok,
        { Present: false } => Screens.Condition.Failed,
        { Running: false } => Screens.Condition.Degraded,
        _ when Alarms(device).Length > 0 => Screens.Condition.Alarm,
        _ => Screens.Condition.Ok,
    };

    private static string State(InterfaceEntry device) => !device.Present ? "missing" : !device.Up ? "down" : device.Running ? "up" : "no carrier";
}

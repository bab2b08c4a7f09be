using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>What came in and went out by workers or interfaces: the worst first, then the fastest. Pure.</summary>
internal static class TrafficScreen
{
    /// <param name="Trouble">Why nothing can be expected of it; null when it runs.</param>
    public readonly record struct Entry(string Name, string? Trouble, CountersEntry? Counters, RatesEntry? Rates, DateTimeOffset? LastSeen);

    public static Screen Of(string what, IEnumerable<Entry> entries, DateTimeOffset now)
    {
        Row[] rows = [.. entries.OrderBy(Condition).ThenByDescending(e => e.Rates?.OneSecond.PacketsPerSecond).ThenBy(e => e.Name, StringComparer.Ordinal).Select(e => Row(e, now))];
        return rows.Length == 0 ? new Screen([$"no {what}s"]) : new Screen([])
        {
            Columns =
            [
                new("STATE"), new(what.ToUpperInvariant()), new("IN", IsNumber: true), new("SENT", IsNumber: true), new("BITRATE", IsNumber: true), new("DROPS", IsNumber: true),
                new("IN (10 s)", Rank: 7, IsNumber: true), new("SENT (10 s)", Rank: 8, IsNumber: true), new("LAST SEEN", Rank: 2, IsNumber: true),
                new("DATAGRAMS IN", Rank: 3, IsNumber: true), new("WITHOUT A RULE", Rank: 4, IsNumber: true), new("DATAGRAMS SENT", Rank: 5, IsNumber: true), new("VOLUME SENT", Rank: 6, IsNumber: true), new("DATAGRAMS LOST", Rank: 1, IsNumber: true),
            ],
            What = what,
            Rows = rows,
        };
    }

    private static Row Row(Entry entry, DateTimeOffset now)
    {
        Condition condition = Condition(entry);
        RateEntry second = entry.Rates?.OneSecond ?? new RateEntry(0, 0, 0, 0);
        CountersEntry counters = entry.Counters ?? new CountersEntry(0, 0, 0, 0, 0, 0, 0, 0, 0, new Dictionary<string, long>());
        long lost = counters.ParseErrors + counters.Filtered - counters.Spare + counters.KernelDrops + counters.Errors;
        Dictionary<string, long> reasons = counters.DropsByReason.Append(new("late", counters.KernelDrops)).Append(new("not_sent", counters.Errors)).Where(r => r.Value > 0).ToDictionary();
        return new Row(
            [
                entry.Trouble ?? Conditions.Word(condition),
                entry.Name,
                Quantity.PerSecond(second.PacketsPerSecond),
                Quantity.PerSecond(second.SentPerSecond),
                Quantity.BitsPerSecond(second.BitsPerSecond),
                Quantity.PerSecond(second.DropsPerSecond),
                Quantity.PerSecond(entry.Rates?.TenSeconds.PacketsPerSecond ?? 0),
                Quantity.PerSecond(entry.Rates?.TenSeconds.SentPerSecond ?? 0),
                Quantity.Ago(entry.LastSeen, now),
                Quantity.Count(counters.Received),
                Quantity.Count(counters.NoMatch),
                Quantity.Count(counters.Sent),
                Quantity.Bytes(counters.SentBytes),
                Quantity.Count(lost),
            ],
            Conditions.Ink(condition),
            condition == Screens.Condition.Dropping ? StatsScreen.Reasons(reasons) : null);
    }

    private static Condition Condition(Entry entry) => entry.Trouble is null ? Conditions.Of(entry.Rates) : Screens.Condition.Failed;
}

using System.Globalization;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>The legs of a node, as both of their ends count them. Pure.</summary>
internal static class LegLines
{
    private const int Most = 20;

    /// <summary>What is less is said to be that.</summary>
    private const double LeastPercent = 0.01;

    /// <summary>A sentence each, those that do not work first.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<LegEntry> legs)
    {
        foreach (LegEntry leg in legs.OrderBy(Order).ThenBy(l => l.RuleId, StringComparer.Ordinal).ThenBy(l => l.From, StringComparer.Ordinal).ThenBy(l => l.To, StringComparer.Ordinal).ThenBy(l => l.Output, StringComparer.Ordinal).Take(Most))
            yield return Of(leg);
        if (legs.Count > Most)
            yield return $"… {Quantity.Count(legs.Count - Most, "more leg")}; mcrctl --json cluster status has all of them";
    }

    public static string Of(LegEntry leg)
    {
        string what = leg is { State: "waiting", Sent: null or 0, Received: null or 0 } ? "" : string.Join(", ", new[]
        {
            leg.Sent is { } sent ? $"sent {Quantity.Count(sent)}" : null,
            leg.Received is { } received ? $"received {Quantity.Count(received)}" : null,
            leg.Lost is { } lost ? $"lost {Quantity.Count(lost)}{Percent(lost, leg.Received ?? 0)}" : null,
            Trouble("reordered", leg.Reordered),
            Trouble("refused", leg.Refused),
            Trouble("fragmented", leg.Fragmented),
            leg.MaxPayload is { } most ? $"max payload {Quantity.Count(most, "byte")}" : null,
        }.OfType<string>());
        return string.Join("; ", new[]
        {
            $"leg of rule {leg.RuleId} from {leg.From} → {leg.To}{(leg.Address is { } address ? $" at {address}" : "")} for {leg.Output}: {leg.State}{(leg.Why is { } why ? $", {why}" : "")}",
            what.Length == 0 ? null : what,
            Latency(leg),
        }.OfType<string>());
    }

    private static int Order(LegEntry leg) => leg.State switch
    {
        "silent" => 0,
        "up" => 3,
        "idle" => 2,
        _ => 1,
    };

    private static string? Trouble(string word, long? count) => count is > 0 ? $"{word} {Quantity.Count(count.Value)}" : null;

    /// <summary>Of those that should have come.</summary>
    private static string Percent(long lost, long received)
    {
        if (lost <= 0)
            return "";
        double percent = 100.0 * lost / (lost + received);
        return percent < LeastPercent ? string.Create(CultureInfo.InvariantCulture, $" (below {LeastPercent} %)") : string.Create(CultureInfo.InvariantCulture, $" ({percent:0.##} %)");
    }

    private static string? Latency(LegEntry leg) => leg.Latency is { } latency
        ? $"latency {Quantity.Microseconds(latency.Least)} least, {Quantity.Microseconds(latency.Mean)} mean, {Quantity.Microseconds(latency.Most)} most (± {Quantity.Microseconds(latency.Error)})"
        : leg.Clocks;
}

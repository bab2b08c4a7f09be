using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>What the several inputs of a rule have become; counters grow from the rule's beginning on.</summary>
/// <param name="Mode"><c>merge</c> or <c>failover</c>.</param>
/// <param name="Merged">Datagrams forwarded.</param>
/// <param name="Lost">Numbers that came by no input in time; of failover, numbers that the inputs lack are their own.</param>
/// <param name="Duplicates">Datagrams that were removed: another input had brought them, or the same.</param>
/// <param name="Recovered">Datagrams of one input that filled a gap of another.</param>
/// <param name="Restarts">Another stream was followed: its sender began anew, or jumped.</param>
/// <param name="Overflows">Datagrams that waited no longer because there was no memory for more.</param>
/// <param name="Waiting">Datagrams that wait now.</param>
public sealed record SelectionEntry(string Mode, long Merged, long Lost, long Duplicates, long Recovered, long Restarts, long Overflows, long Waiting, IReadOnlyList<SelectionInputEntry> Inputs)
{
    /// <summary>null: never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RestartedAt { get; init; }

    /// <summary>Of failover: the number of the input that is relayed, from 1; null: none yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Relayed { get; init; }

    /// <summary>Of failover: how often another input was chosen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Switches { get; init; }

    /// <summary>null: never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? SwitchedAt { get; init; }
}

/// <summary>One of several inputs. All but <paramref name="Lost"/>, which counts numbers, count datagrams.</summary>
/// <param name="Number">From 1, as the rule has them.</param>
/// <param name="State">relayed, alive, late, poor, apart, silent or absent.</param>
/// <param name="Message">The same in words.</param>
/// <param name="Won">Brought first; of failover, relayed.</param>
/// <param name="Recovered">Of those: they filled a gap of another input.</param>
/// <param name="Lost">Skipped by this input and not brought later.</param>
/// <param name="Late">Came when their place was given up.</param>
/// <param name="Duplicates">Another input had brought them, or this one.</param>
/// <param name="Differing">Of those: their payload is another one than what was forwarded.</param>
/// <param name="Reordered">Came behind a later one of this input.</param>
/// <param name="Astray">Not of the stream that is forwarded.</param>
/// <param name="Standby">Of failover: came while another input was relayed.</param>
/// <param name="Unusable">Too short for the numbers, or without such.</param>
public sealed record SelectionInputEntry(
    int Number,
    string Interface,
    string Group,
    int Port,
    string State,
    string Message,
    long Received,
    long Won,
    long Recovered,
    long Lost,
    long Late,
    long Duplicates,
    long Differing,
    long Reordered,
    long Astray,
    long Standby,
    long Unusable)
{
    /// <summary>The only sender; null for any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    /// <summary>When the last datagram came; null: none has.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>How far its duplicates were behind the first; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SkewEntry? Skew { get; init; }
}

/// <summary>In microseconds; <paramref name="Count"/> datagrams. Each is the upper end of its bucket, an eighth too high at most.</summary>
public sealed record SkewEntry(long Count, double P50Us, double P99Us, double MaxUs);

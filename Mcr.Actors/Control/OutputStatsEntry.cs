using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>What became of the datagrams for one output.</summary>
/// <param name="ErrorsByReason">Those reasons that there have been: full, down, unreachable, refused, too_long, rate_limit, ttl_expired, other.</param>
/// <param name="Trains">How many sends carried so many datagrams: 1, 2, 3-4, 5-8, 9-16, 17-32, 33-64; only those that there have been.</param>
public sealed record OutputStatsEntry(
    string Group,
    int Port,
    string Interface,
    long Sent,
    long Errors,
    IReadOnlyDictionary<string, long> ErrorsByReason,
    IReadOnlyDictionary<string, long> Trains)
{
    /// <inheritdoc cref="OutputEntry.LastPort"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? LastPort { get; init; }

    /// <inheritdoc cref="OutputEntry.Node"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Node { get; init; }

    /// <inheritdoc cref="OutputEntry.Rule"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Rule { get; init; }

    /// <summary>Payload sent.</summary>
    public long Bytes { get; init; }

    public RatesEntry? Rates { get; init; }

    /// <summary>When the sample was taken, one a second, that had more datagrams than the one before; null: mcrd has seen none.</summary>
    public DateTimeOffset? LastSeen { get; init; }
}

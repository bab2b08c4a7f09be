using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>Over the last second and the last ten, from samples that mcrd takes once a second.</summary>
public sealed record RatesEntry(
    [property: JsonPropertyName("1s")] RateEntry OneSecond,
    [property: JsonPropertyName("10s")] RateEntry TenSeconds);

/// <param name="PacketsPerSecond">Datagrams: those a rule matched, an output sent, or that came in to a worker or an interface.</param>
/// <param name="BitsPerSecond">Payload: what a rule matched; otherwise what was sent.</param>
/// <param name="SentPerSecond">Datagrams, over all outputs.</param>
/// <param name="DropsPerSecond">Datagrams that did not go where they should.</param>
public sealed record RateEntry(double PacketsPerSecond, double BitsPerSecond, double SentPerSecond, double DropsPerSecond);

/// <summary>Totals of a worker's seat or of an interface; received = matched + no_match + parse_errors + filtered.</summary>
/// <param name="Filtered">Well-formed and not to be relayed: another VLAN, a fragment, too old, spare.</param>
/// <param name="KernelDrops">Frames that the kernel dropped because the worker was late.</param>
/// <param name="DropsByReason">Those reasons that there have been: runt, bad_ip_header, bad_length, bad_ip_checksum, bad_udp_checksum, fragment, vlan,
/// other_host, muted, not_udp, fragment_overlap, fragment_timeout, fragment_memory, stale, leg_refused, unusable.</param>
public sealed record CountersEntry(
    long Received,
    long Matched,
    long NoMatch,
    long ParseErrors,
    long Filtered,
    long KernelDrops,
    long Sent,
    long SentBytes,
    long Errors,
    IReadOnlyDictionary<string, long> DropsByReason)
{
    /// <summary>Of those filtered: what several inputs of a rule have brought beyond what was needed (duplicate, late, astray). None of it is a loss.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Spare { get; init; }
}

using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>From node to node: where a leg ends, and what its datagrams are proved with. Never shown to anybody else.</summary>
/// <param name="Id">16 hexadecimal digits.</param>
/// <param name="Key">Its number.</param>
/// <param name="Secret">The key itself, base64.</param>
public sealed record LegOfferEntry(string? Address, int Port, string? Id, int Key, string? Secret)
{
    /// <summary>Without the key.</summary>
    public override string ToString() => $"{Address} {Port}";
}

/// <summary>A leg that begins or ends with the node that answers, with what both ends say of it.</summary>
/// <param name="RuleId">At its beginning.</param>
/// <param name="Output">What is sent at its end: <c>239.2.2.2:6000 on eth1</c>.</param>
/// <param name="State"><c>up</c>, <c>idle</c> (agreed, and nothing is sent), <c>silent</c> (what is sent does not come), <c>waiting</c> (not agreed).</param>
public sealed record LegEntry(string RuleId, string From, string To, string Output, string State)
{
    /// <summary>Why it is not up, as a sentence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Why { get; init; }

    /// <summary>Where it goes: <c>10.0.0.2:4107</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Address { get; init; }

    /// <summary>Datagrams, as the beginning counts them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Sent { get; init; }

    /// <summary>Of these, longer than <see cref="MaxPayload"/>, and so in fragments.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Fragmented { get; init; }

    /// <summary>Bytes of a datagram that pass the way in one piece.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxPayload { get; init; }

    /// <summary>As the end counts them, like what follows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Received { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Lost { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Reordered { get; init; }

    /// <summary>Unknown, altered, taken before or too old.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Refused { get; init; }

    /// <summary>One way; null where the clocks do not allow it to be said, see <see cref="Clocks"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LegLatencyEntry? Latency { get; init; }

    /// <summary>What is known of the two clocks, as a sentence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Clocks { get; init; }

    /// <summary>When something came last, by the end's clock.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Last { get; init; }
}

/// <summary>Microseconds, of the last ten seconds in which something came.</summary>
/// <param name="Error">So much the clocks may be apart.</param>
public sealed record LegLatencyEntry(long Least, long Mean, long Most, long Error);

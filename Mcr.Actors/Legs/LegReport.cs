using System.Text.Json.Serialization;

namespace Mcr.Actors.Legs;

/// <summary>What a node says to all others of a leg that begins or ends with it.</summary>
public sealed record LegReport
{
    /// <inheritdoc cref="LegName"/>
    public string From { get; init; } = "";

    public string Rule { get; init; } = "";

    public string Output { get; init; } = "";

    public string To { get; init; } = "";

    /// <summary>Why it does not work, as a sentence; null: it does, as far as this end knows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Problem { get; init; }

    /// <summary>Said by the end: where to send, and with which id (16 hexadecimal digits) and number of the key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Address { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Port { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Key { get; init; }

    /// <summary>Said by the beginning.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Sent { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Fragmented { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Mtu { get; init; }

    /// <summary>Said by the end, like what follows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Received { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Lost { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Reordered { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Refused { get; init; }

    /// <summary>Microseconds between the two clocks: least, mean, most of ten seconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? DelayLeast { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? DelayMean { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? DelayMost { get; init; }

    /// <summary>By that end's clock; of sending or of arrival.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Last { get; init; }

    [JsonIgnore]
    internal LegName Name => new(From, Rule, Output, To);

    /// <summary>About the leg, and nothing more.</summary>
    internal static LegReport Of(LegName name) => new() { From = name.From, Rule = name.Rule, Output = name.Output, To = name.To };
}

/// <summary>What a node knows of its clock (adjtimex(2)).</summary>
/// <param name="Host">The same for nodes that have one clock: the boot id of the host's kernel.</param>
/// <param name="Synchronised">Something holds it to others: NTP, PTP.</param>
/// <param name="ErrorMicroseconds">At most, as that says; rounded up, so that it is no news each second.</param>
public sealed record ClockReport(string Host, bool Synchronised, long ErrorMicroseconds);

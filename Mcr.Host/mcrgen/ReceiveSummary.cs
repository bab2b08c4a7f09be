using System.Text;
using System.Text.Json;

namespace Mcr.Host.Mcrgen;

/// <summary>What a receiver found.</summary>
internal sealed record ReceiveSummary
{
    /// <summary>Datagrams that arrived, of every kind.</summary>
    public required long Received { get; init; }

    public required long Lost { get; init; }

    public required long Duplicated { get; init; }

    public required long Reordered { get; init; }

    public required long Corrupted { get; init; }

    public required long Bytes { get; init; }

    /// <summary>The lowest sequence number; null when none was seen.</summary>
    public required ulong? First { get; init; }

    /// <summary>The highest sequence number; null when none was seen.</summary>
    public required ulong? Last { get; init; }

    /// <summary>One-way latency; empty when no datagram had room for a time.</summary>
    public required LatencyHistogram Latency { get; init; }

    /// <summary>Sender runs that were heard.</summary>
    public required int Streams { get; init; }

    /// <summary>Datagrams whose content could not be checked: shorter than the header, or of more streams than are followed.</summary>
    public required long Unverified { get; init; }

    /// <summary>Over all payloads in order of arrival; null when not asked for.</summary>
    public required string? Sha256 { get; init; }

    /// <summary>As many different datagrams as were asked for, or no number was given.</summary>
    public required bool CountReached { get; init; }

    /// <summary>Something arrived, everything that had to, once and undamaged.</summary>
    public bool IsClean => Received > 0 && CountReached && Lost == 0 && Duplicated == 0 && Corrupted == 0;

    /// <summary>One line of KEY=VALUE; `-` where there is no value.</summary>
    public string ToLine() => string.Join(' ', Fields().Select(f => $"{f.Key}={f.Value switch
    {
        null => "-",
        double microseconds => microseconds.ToString("F1"),
        var other => other.ToString(),
    }}"));

    /// <summary>The same fields as a JSON object; null where there is no value.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach ((string key, object? value) in Fields())
            {
                json.WritePropertyName(key);
                switch (value)
                {
                    case null: json.WriteNullValue(); break;
                    case double number: json.WriteNumberValue(Math.Round(number, 1)); break;
                    case ulong number: json.WriteNumberValue(number); break;
                    case long number: json.WriteNumberValue(number); break;
                    case string text: json.WriteStringValue(text); break;
                    default: throw new InvalidOperationException($"Field {key} has the type {value.GetType()}, which has no JSON form here.");
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private IEnumerable<(string Key, object? Value)> Fields()
    {
        yield return ("received", Received);
        yield return ("lost", Lost);
        yield return ("duplicated", Duplicated);
        yield return ("reordered", Reordered);
        yield return ("corrupted", Corrupted);
        yield return ("bytes", Bytes);
        yield return ("first", First);
        yield return ("last", Last);
        yield return ("p50_us", Microseconds(0.5));
        yield return ("p90_us", Microseconds(0.9));
        yield return ("p99_us", Microseconds(0.99));
        yield return ("p999_us", Microseconds(0.999));
        yield return ("max_us", Microseconds(1));
        yield return ("streams", (long)Streams);
        yield return ("unverified", Unverified);
        if (Sha256 is not null)
            yield return ("sha256", Sha256);
    }

    private double? Microseconds(double fraction) => Latency.Count == 0 ? null : Latency.Percentile(fraction) / 1000.0;
}

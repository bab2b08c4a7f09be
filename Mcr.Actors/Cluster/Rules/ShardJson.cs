using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>How shards and the state file are as JSON. What is missing is as by default, what is unknown is of a newer version: of writes it is kept, else passed over.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    MaxDepth = ShardCodec.MaxDepth)]
[JsonSerializable(typeof(ShardJson))]
[JsonSerializable(typeof(SavedRulesJson))]
internal sealed partial class RulesJson : JsonSerializerContext;

internal sealed class ShardJson
{
    public int Version { get; set; }

    public RegisterJson?[]? Rules { get; set; }
}

internal sealed class RegisterJson
{
    public string? Node { get; set; }

    public string? Id { get; set; }

    public WriteJson?[]? Writes { get; set; }

    /// <summary>Not given: the writes and nothing else.</summary>
    public Dictionary<string, long>? Seen { get; set; }
}

internal sealed class WriteJson
{
    public string? Writer { get; set; }

    public long Number { get; set; }

    public long Clock { get; set; }

    public string? By { get; set; }

    public long At { get; set; }

    /// <summary>Not given: removed.</summary>
    public string? Text { get; set; }

    public string? Origin { get; set; }

    public bool File { get; set; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; set; }
}

internal sealed class SavedRulesJson
{
    public int Version { get; set; }

    public string? Node { get; set; }

    public string? Writer { get; set; }

    /// <summary>Of no write yet: those of this life are greater.</summary>
    public long Number { get; set; }

    public bool New { get; set; }

    public RegisterJson?[]? Rules { get; set; }

    /// <summary>Of rules of this node, only those that do not run as the cluster has them.</summary>
    public AppliedJson?[]? Applied { get; set; }

    public AppliedJson?[]? Applying { get; set; }

    public AppliedJson?[]? Told { get; set; }
}

internal sealed class AppliedJson
{
    /// <summary>Given where the rule may be another node's.</summary>
    public string? Node { get; set; }

    public string? Id { get; set; }

    public string? Text { get; set; }

    public string? Origin { get; set; }

    public bool File { get; set; }

    public Dictionary<string, long>? Seen { get; set; }
}

using System.Text.Json.Serialization;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>Messages between nodes of different versions: what is unknown is left out, and what is missing has its default.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 8)]
[JsonSerializable(typeof(Knock))]
[JsonSerializable(typeof(Knocked))]
[JsonSerializable(typeof(Forward))]
[JsonSerializable(typeof(Forwarded))]
[JsonSerializable(typeof(NodeReport))]
internal sealed partial class ClusterJson : JsonSerializerContext;

using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>
/// Requests are read strictly: a member that is unknown, missing or there twice is an error and not a rule that does something
/// else than was meant.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters = [typeof(TextOrNumber)],
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(RequestEnvelope))]
internal sealed partial class RequestJson : JsonSerializerContext;

/// <summary>
/// Requests are written by generated code alone: a client that asks once and ends does not build (and compile) the description
/// of every type and member that reading them takes. (For that, no member may have a converter of its own.)
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(RequestEnvelope))]
internal sealed partial class RequestWriterJson : JsonSerializerContext;

/// <summary>Responses are read leniently, so that a newer mcrd may say more.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(RuleEntry))]
[JsonSerializable(typeof(WebhookPostEntry))]
[JsonSerializable(typeof(ResponseEnvelope))]
internal sealed partial class ResponseJson : JsonSerializerContext;

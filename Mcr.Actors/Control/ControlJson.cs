using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>
/// Requests are read strictly: a member that is unknown, missing or there twice is an error and not a rule that does something
/// else than was meant. Written without what is null.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(RequestEnvelope))]
internal sealed partial class RequestJson : JsonSerializerContext;

/// <summary>Responses are read leniently, so that a newer mcrd may say more.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(RuleEntry))]
[JsonSerializable(typeof(ResponseEnvelope))]
internal sealed partial class ResponseJson : JsonSerializerContext;

using System.Text.Json.Serialization;

namespace Mcr.Actors.Console;

/// <summary>Between versions: what is unknown is left out, and what is missing has its default.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 4)]
[JsonSerializable(typeof(ConsoleMessage.Hello))]
[JsonSerializable(typeof(ConsoleMessage.Challenge))]
[JsonSerializable(typeof(ConsoleMessage.Proof))]
[JsonSerializable(typeof(ConsoleMessage.Welcome))]
[JsonSerializable(typeof(ConsoleMessage.Request))]
[JsonSerializable(typeof(ConsoleMessage.Response))]
[JsonSerializable(typeof(ConsoleMessage.Taken))]
[JsonSerializable(typeof(ConsoleMessage.Goodbye))]
[JsonSerializable(typeof(ConsoleMessage.Refused))]
internal sealed partial class ConsoleJson : JsonSerializerContext;

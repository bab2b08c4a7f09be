using System.Text.Json;

namespace Mcr.Host.Mcrctl;

/// <summary>A request in an audit entry, for people: <c>Remove name=video</c>. Pure.</summary>
internal static class RequestWords
{
    public static string Of(JsonElement request) => request.ValueKind == JsonValueKind.Object
        ? string.Join(' ', request.EnumerateObject().SelectMany(command => new[] { command.Name }.Concat(Members(command.Value))))
        : Value(request);

    /// <summary>What is off or empty was not asked for.</summary>
    private static IEnumerable<string> Members(JsonElement command) => command.ValueKind != JsonValueKind.Object
        ? []
        : command.EnumerateObject().Where(m => m.Value.ValueKind is not (JsonValueKind.False or JsonValueKind.Null) && Value(m.Value).Length > 0).Select(m => $"{m.Name}={Value(m.Value)}");

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(Value)),
        JsonValueKind.Object => string.Join(':', value.EnumerateObject().Select(m => Value(m.Value))),
        _ => value.ToString(),
    };
}

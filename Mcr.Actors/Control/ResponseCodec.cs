using System.Text;
using System.Text.Json;

namespace Mcr.Actors.Control;

/// <summary>Responses to bytes and back. Pure; reading refuses with <see cref="InvalidDataException"/> and nothing else.</summary>
public static class ResponseCodec
{
    public static byte[] Encode(ControlResponse response) => JsonSerializer.SerializeToUtf8Bytes(Wrap(response), ResponseJson.Default.ResponseEnvelope);

    /// <exception cref="InvalidDataException">it is not a response that this version knows.</exception>
    public static ControlResponse Decode(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ResponseJson.Default.ResponseEnvelope) is { } envelope
                ? Unwrap(envelope)
                : throw new InvalidDataException("the answer is null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the answer is not JSON as this version has it: {e.Message}", e);
        }
    }

    /// <summary>
    /// The name of a response's only member, after making sure that all of it is well-formed JSON. It is how a client that only
    /// prints the JSON tells an error from the rest without decoding (and compiling the decoders of) what it prints.
    /// </summary>
    /// <exception cref="InvalidDataException">it is not.</exception>
    public static string Kind(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
                throw new InvalidDataException("the answer is not a JSON object with a member");
            string kind = Encoding.UTF8.GetString(reader.ValueSpan);
            reader.Skip();
            return reader.Read() && reader.TokenType == JsonTokenType.EndObject && !reader.Read()
                ? kind
                : throw new InvalidDataException("the answer is not a JSON object with one member");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the answer is not JSON: {e.Message}", e);
        }
    }

    private static ControlResponse Unwrap(ResponseEnvelope envelope) => envelope switch
    {
        { Rules: { } rules } => new ControlResponse.Rules(rules),
        { Workers: { } workers } => new ControlResponse.Workers(workers),
        { Stats: { } stats } => new ControlResponse.Stats(stats),
        { Interfaces: { } interfaces } => new ControlResponse.Interfaces(interfaces),
        { Trace: { } trace } => new ControlResponse.Trace(trace),
        { Events: { } events } => new ControlResponse.Events(events),
        { LogLevels: { } levels } => new ControlResponse.LogLevels(levels),
        { Audit: { } entries } => new ControlResponse.Audit(entries),
        { Changes: { } changes } => new ControlResponse.Changes(changes),
        { Config: { } config } => new ControlResponse.Config(config),
        { ClusterStatus: { } cluster } => new ControlResponse.ClusterStatus(cluster),
        { ClusterRules: { } rules } => new ControlResponse.ClusterRules(rules),
        { Leg: { } leg } => new ControlResponse.Leg(leg),
        { Success: { } sentence } => new ControlResponse.Success(sentence),
        { Error.Problems: { } problems } => new ControlResponse.Error(problems),
        { Pong: not null } => new ControlResponse.Pong(),
        { Version: { } version } => new ControlResponse.Version(version),
        _ => throw new InvalidDataException("the answer is of a kind that this version does not know; use the mcrctl that came with mcrd"),
    };

    private static ResponseEnvelope Wrap(ControlResponse response) => response switch
    {
        ControlResponse.Rules rules => new() { Rules = rules.Entries },
        ControlResponse.Workers workers => new() { Workers = workers.Entries },
        ControlResponse.Stats stats => new() { Stats = stats.Entries },
        ControlResponse.Interfaces interfaces => new() { Interfaces = interfaces.Entries },
        ControlResponse.Trace trace => new() { Trace = trace.Entry },
        ControlResponse.Events events => new() { Events = events.Entry },
        ControlResponse.LogLevels levels => new() { LogLevels = levels.Entry },
        ControlResponse.Audit audit => new() { Audit = audit.Entries },
        ControlResponse.Changes changes => new() { Changes = changes.Entry },
        ControlResponse.Config config => new() { Config = config.Entry },
        ControlResponse.ClusterStatus cluster => new() { ClusterStatus = cluster.Entry },
        ControlResponse.ClusterRules rules => new() { ClusterRules = rules.Entries },
        ControlResponse.Leg leg => new() { Leg = leg.Entry },
        ControlResponse.Success success => new() { Success = success.Sentence },
        ControlResponse.Error error => new() { Error = new ErrorBody(error.Problems) },
        ControlResponse.Pong => new() { Pong = new PongBody() },
        ControlResponse.Version version => new() { Version = version.Entry },
        _ => throw new ArgumentOutOfRangeException(nameof(response), response, null),
    };
}

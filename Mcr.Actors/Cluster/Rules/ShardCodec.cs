using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mcr.Actors.Cluster.Tls;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>
/// Shards to bytes and back, across versions. One shard is always the same bytes: DistributedData compares digests of them. Pure; reading
/// refuses with <see cref="InvalidDataException"/> and nothing else.
/// </summary>
internal static class ShardCodec
{
    public const int Version = 1;

    /// <summary>Of what a newer version may put into a write, too.</summary>
    public const int MaxDepth = 16;

    /// <summary>In characters: longer than ids of rules, names of nodes and of writers are.</summary>
    private const int LongestName = 256;

    /// <summary>Some 20,000 rules in one shard, which are five million in all.</summary>
    public const int MaxBytes = 8 << 20;

    /// <summary>Only what JSON must have escaped is: quotes are most of a rule's text.</summary>
    internal static RulesJson Json { get; } = new(new JsonSerializerOptions(RulesJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static byte[] Encode(RuleShard shard) => JsonSerializer.SerializeToUtf8Bytes(new ShardJson { Version = Version, Rules = Write(shard.Rules) }, Json.ShardJson);

    /// <exception cref="InvalidDataException">it is no shard; the message is a sentence.</exception>
    public static RuleShard Decode(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxBytes)
            throw new InvalidDataException($"the rules of a shard have {json.Length:N0} bytes, more than the {MaxBytes >> 20} MiB that are read");
        ShardJson shard = Parse(json, Json.ShardJson, "the rules of a shard");
        return new RuleShard(Read(shard.Rules).ToImmutableDictionary(r => r.Key, r => r.Value));
    }

    /// <param name="what">Begins the sentence of a refusal.</param>
    internal static T Parse<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string what)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new InvalidDataException($"{what} are null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException) // the latter two: text that is no Unicode
        {
            throw new InvalidDataException($"{what} are not JSON as this version has it: {e.Message}", e);
        }
    }

    internal static RegisterJson[] Write(IEnumerable<KeyValuePair<RuleKey, RuleRegister>> rules)
    {
        KeyValuePair<RuleKey, RuleRegister>[] sorted = [.. rules];
        Array.Sort(sorted, (one, other) => RuleKey.Compare(one.Key, other.Key));
        return [.. sorted.Select(r => Write(r.Key, r.Value))];
    }

    internal static Dictionary<RuleKey, RuleRegister> Read(RegisterJson?[]? rules)
    {
        var read = new Dictionary<RuleKey, RuleRegister>();
        foreach (RegisterJson? rule in rules ?? [])
        {
            var key = new RuleKey(Name(rule?.Node, "a rule has no node"), Name(rule!.Id, "a rule has no id"));
            RuleRegister register = RuleRegister.Of((rule.Writes ?? []).Select(w => Read(w, key)), ReadSeen(rule.Seen));
            read[key] = read.TryGetValue(key, out RuleRegister? other) ? other.Merge(register) : register;
        }

        return read;
    }

    internal static Dictionary<string, long>? WriteSeen(SeenWrites seen) => seen.Latest.IsEmpty ? null : new Dictionary<string, long>(seen.Latest);

    internal static SeenWrites ReadSeen(Dictionary<string, long>? seen) => seen is null ? SeenWrites.None : SeenWrites.Of(seen);

    private static RegisterJson Write(RuleKey key, RuleRegister register)
    {
        SeenWrites implied = register.Writes.Aggregate(SeenWrites.None, (seen, write) => seen.And(write));
        return new RegisterJson { Node = key.Node, Id = key.Id, Writes = [.. register.Writes.Select(Write)], Seen = implied.Equals(register.Seen) ? null : WriteSeen(register.Seen) };
    }

    private static WriteJson Write(RuleWrite write) => new()
    {
        Writer = write.Writer,
        Number = write.Number,
        Clock = write.Clock,
        By = write.By.Length == 0 ? null : write.By,
        At = write.At,
        Text = write.Value?.Text,
        Origin = write.Value is { Origin.Length: > 0 } value ? value.Origin : null,
        File = write.Value?.IsFile ?? false,
        More = write.More is { } more ? JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(more) : null,
    };

    private static RuleWrite Read(WriteJson? write, RuleKey key)
    {
        if (write is null)
            throw new InvalidDataException($"a write of rule {key} is null");
        if (write.Number < 1 || write.Clock < 0)
            throw new InvalidDataException($"a write of rule {key} has the number {write.Number} and the clock {write.Clock}");
        RuleValue? value = write.Text is { } text ? new RuleValue(text, write.Origin ?? "", write.File) : null;
        string? more = write.More is { Count: > 0 } unknown ? JsonSerializer.Serialize(unknown) : null;
        return new RuleWrite(Name(write.Writer, $"a write of rule {key} has no writer"), write.Number, write.Clock, write.By ?? "", write.At, value, more);
    }

    /// <summary>Names tell rules and writes apart, so they cannot be made printable: what is none is refused.</summary>
    private static string Name(string? text, string sentence) =>
        string.IsNullOrEmpty(text) ? throw new InvalidDataException(sentence)
        : CertificateNames.Printable(text, LongestName) is var printed && printed != text ? throw new InvalidDataException($"'{printed}' is no name: it is longer than {LongestName} characters, or some of them cannot be printed")
        : text;
}

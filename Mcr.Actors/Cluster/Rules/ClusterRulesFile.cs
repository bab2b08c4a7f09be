using System.Collections.Immutable;
using System.Text.Json;
using Mcr.Actors.State;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>
/// What a node knows of the rules of all, as a file of the state directory. Opening it takes a new range of write numbers, on disk before the
/// first is used: so no number is ever used twice, however mcrd ends. One call at a time.
/// </summary>
internal sealed class ClusterRulesFile(StateDirectory directory)
{
    public const string Name = "cluster.json";

    /// <summary>Some 150,000 rules and tombstones.</summary>
    private const int MaxBytes = 64 << 20;

    /// <summary>Write numbers of one life of mcrd.</summary>
    private const long Range = 1L << 32;

    /// <summary>What ran on this node could not be read when mcrd started: what it lacks is not taken for removed, the first time that the file is opened.</summary>
    public bool HasLostRules { get; set; }

    public string Place => directory.PathOf(Name);

    /// <param name="node">A file that is another node's is set aside.</param>
    /// <param name="epoch">Random. The writer's, if there is no file, or if no range of numbers can be written down in it.</param>
    public (SavedRules Saved, string? Problem) Open(string node, ulong epoch)
    {
        SavedRules? found = directory.Read(Name, MaxBytes, json => Read(json, node));
        SavedRules saved = Renew(found, node, epoch);
        if (HasLostRules)
            saved = saved.WithoutApplied();
        HasLostRules = false;
        string? problem = Save(saved);
        return (problem is null || found is null ? saved : saved with { Writer = Writers.Name(node, epoch) }, problem);
    }

    /// <returns>null, or why not: then what was there before is there still.</returns>
    public string? Save(SavedRules saved) => directory.Write(Name, Encode(saved), MaxBytes);

    /// <summary>For one more life of mcrd, on disk before it begins.</summary>
    internal static SavedRules Renew(SavedRules? found, string node, ulong epoch) =>
        found is null ? new SavedRules(node, Writers.Name(node, epoch), 0) { IsNew = true } : found with { Number = (found.Number / Range + 1) * Range };

    internal static byte[] Encode(SavedRules saved) => JsonSerializer.SerializeToUtf8Bytes(
        new SavedRulesJson
        {
            Version = StateDirectory.Version,
            Node = saved.Node,
            Writer = saved.Writer,
            Number = saved.Number,
            New = saved.IsNew,
            Rules = ShardCodec.Write(saved.Shards.SelectMany(s => s.Rules)),
            Applied = [.. Behind(saved).OrderBy(a => a.Id, StringComparer.Ordinal).Select(a => Write(a.Id, a.Applied))],
            Applying = [.. saved.Applying.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => Write(a.Key, a.Value))],
            Told = [.. saved.Told.Select(t => new AppliedJson { Node = t.Key.Node, Id = t.Key.Id, Seen = ShardCodec.WriteSeen(t.Value) })],
        },
        ShardCodec.Json.SavedRulesJson);

    /// <exception cref="InvalidDataException">it cannot be used; the message is a sentence.</exception>
    internal static SavedRules Read(ReadOnlySpan<byte> json, string node)
    {
        SavedRulesJson file = ShardCodec.Parse(json, ShardCodec.Json.SavedRulesJson, "the rules of the cluster");
        if (file.Version is < 1 or > StateDirectory.Version)
            throw new InvalidDataException($"it has version {file.Version}; this mcrd reads version {StateDirectory.Version}");
        if (file.Node != node)
            throw new InvalidDataException($"it is node '{file.Node}''s, and this is node '{node}'");
        if (string.IsNullOrEmpty(file.Writer) || file.Number is < 0 or > long.MaxValue - 2 * Range)
            throw new InvalidDataException($"it has the writer '{file.Writer}' and the number {file.Number}");
        Dictionary<RuleKey, RuleRegister> rules = ShardCodec.Read(file.Rules);
        var shards = ImmutableArray.CreateBuilder<RuleShard>(RuleKey.Shards);
        ILookup<int, KeyValuePair<RuleKey, RuleRegister>> byShard = rules.ToLookup(r => r.Key.Shard);
        for (int i = 0; i < RuleKey.Shards; i++)
            shards.Add(new RuleShard(byShard[i].ToImmutableDictionary()));
        var applied = rules.Where(r => r.Key.Node == node).ToDictionary(r => r.Key.Id, r => new AppliedRule(r.Value.Value, r.Value.Seen));
        foreach ((string id, AppliedRule behind) in Entries(file.Applied).Select(Read))
        {
            applied.Remove(id);
            if (behind != AppliedRule.None)
                applied[id] = behind;
        }

        return new SavedRules(node, file.Writer, file.Number)
        {
            IsNew = file.New,
            Shards = shards.MoveToImmutable(),
            Applied = applied.ToImmutableDictionary(),
            Applying = Entries(file.Applying).Select(Read).DistinctBy(a => a.Id).ToImmutableDictionary(a => a.Id, a => a.Applied),
            Told = Entries(file.Told).DistinctBy(t => (t.Node, t.Id)).ToImmutableDictionary(t => new RuleKey(t.Node ?? node, t.Id!), t => ShardCodec.ReadSeen(t.Seen)),
        };
    }

    private static IEnumerable<(string Id, AppliedRule Applied)> Behind(SavedRules saved)
    {
        foreach ((RuleKey key, RuleRegister register) in saved.Shards.SelectMany(s => s.Rules).Where(r => r.Key.Node == saved.Node))
        {
            AppliedRule applied = saved.Applied.GetValueOrDefault(key.Id, AppliedRule.None)!;
            if (applied.Value != register.Value || !applied.Seen.Equals(register.Seen))
                yield return (key.Id, applied);
        }
    }

    private static IEnumerable<AppliedJson> Entries(AppliedJson?[]? entries) =>
        (entries ?? []).Select(e => string.IsNullOrEmpty(e?.Id) ? throw new InvalidDataException("an entry has no id") : e);

    private static AppliedJson Write(string id, AppliedRule applied) =>
        new() { Id = id, Text = applied.Value?.Text, Origin = applied.Value?.Origin, File = applied.Value?.IsFile ?? false, Seen = ShardCodec.WriteSeen(applied.Seen) };

    private static (string Id, AppliedRule Applied) Read(AppliedJson entry) =>
        (entry.Id!, new AppliedRule(entry.Text is { } text ? new RuleValue(text, entry.Origin ?? "", entry.File) : null, ShardCodec.ReadSeen(entry.Seen)));
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Akka.DistributedData;
using Mcr.Actors.Legs;
using Mcr.Actors.Redundancy;

namespace Mcr.Actors.Cluster;

/// <summary>
/// What a node says of itself to all others. Written by that node alone, so that the greater number is the later one; a node that begins anew goes on from what the
/// others still have of it.
/// </summary>
public sealed record NodeReport : IReplicatedData<NodeReport>
{
    public static readonly NodeReport None = new();

    /// <summary>Of <see cref="Refused"/>: the report has to be small.</summary>
    private const int MostRefused = 100;

    public long Number { get; init; }

    /// <summary>Somebody else has said that the node is gone for good; if it comes back, it says otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsForgotten { get; init; }

    /// <summary>Of mcrd.</summary>
    public string Version { get; init; } = "";

    /// <summary>When it was said, by that node's clock: for people.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Of the rules that run.</summary>
    public string RulesetHash { get; init; } = "";

    /// <summary>How many, by status.</summary>
    public IReadOnlyDictionary<string, int> Rules { get; init; } = new Dictionary<string, int>();

    /// <summary>How many, by status.</summary>
    public IReadOnlyDictionary<string, int> Workers { get; init; } = new Dictionary<string, int>();

    /// <summary>Those that rules use: <c>up</c>, <c>down</c> or <c>missing</c>.</summary>
    public IReadOnlyDictionary<string, string> Interfaces { get; init; } = new Dictionary<string, string>();

    /// <summary>Rules that others have asked for and that it cannot have, by id, with the sentence why; the first hundred.</summary>
    public IReadOnlyDictionary<string, string> Refused { get; init; } = new Dictionary<string, string>();

    /// <summary>So many more: nobody else knows which they are, nor then what the node should run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int RefusedMore { get; init; }

    /// <summary>Its redundant rules, by id.</summary>
    public ImmutableSortedDictionary<string, RedundancyReport> Redundancy { get; init; } = ImmutableSortedDictionary<string, RedundancyReport>.Empty;

    /// <summary>Legs that begin or end there; the first so many of very many.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LegReport> Legs { get; init; } = [];

    /// <summary>Where there are legs: what it knows of its clock.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClockReport? Clock { get; init; }

    /// <param name="refused">All that it cannot have.</param>
    public NodeReport Refusing(IReadOnlyDictionary<string, string> refused) => this with
    {
        Refused = refused.OrderBy(r => r.Key, StringComparer.Ordinal).Take(MostRefused).ToDictionary(),
        RefusedMore = Math.Max(0, refused.Count - MostRefused),
    };

    /// <summary>Two with one number are of a node that began anew and had not yet heard of what it said before: everybody takes the same one of them.</summary>
    public NodeReport Merge(NodeReport other) => Rank(this, other) < 0 ? other : this;

    IReplicatedData IReplicatedData.Merge(IReplicatedData other) => Merge((NodeReport)other);

    /// <summary>Whether it says the same, whenever it was said.</summary>
    public bool SaysTheSameAs(NodeReport other) =>
        IsForgotten == other.IsForgotten && Version == other.Version && RulesetHash == other.RulesetHash && Same(Rules, other.Rules) && Same(Workers, other.Workers) && Same(Interfaces, other.Interfaces) && Same(Refused, other.Refused) && RefusedMore == other.RefusedMore
        && Same(Redundancy, other.Redundancy) && Legs.SequenceEqual(other.Legs) && Clock == other.Clock;

    private static int Rank(NodeReport one, NodeReport other) =>
        one.Number.CompareTo(other.Number) is not 0 and int byNumber ? byNumber
        : one.At.CompareTo(other.At) is not 0 and int byTime ? byTime
        : one.SaysTheSameAs(other) ? 0
        : string.CompareOrdinal(one.Content, other.Content);

    /// <summary>The same for all that say the same.</summary>
    private string Content => string.Join('\n', [IsForgotten ? "forgotten" : "", Version, RulesetHash, .. Lines(Rules), "", .. Lines(Workers), "", .. Lines(Interfaces), "", .. Lines(Refused), RefusedMore == 0 ? "" : $"and {RefusedMore}", .. Lines(Redundancy), .. Legs.Select(l => $"{l}"), .. Clock is null ? Array.Empty<string>() : [$"{Clock}"]]);

    private static IEnumerable<string> Lines<T>(IReadOnlyDictionary<string, T> values) => values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}");

    private static bool Same<T>(IReadOnlyDictionary<string, T> one, IReadOnlyDictionary<string, T> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out T? value) && Equals(value, pair.Value));
}

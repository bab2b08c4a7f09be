using System.Collections.Immutable;
using System.Text.Json;
using Akka.Actor;
using Akka.Serialization;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Legs;
using Mcr.Actors.Redundancy;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>
/// The bytes of <see cref="IClusterMessage"/>s and of what is replicated. A manifest is a short name that never changes its meaning: a message that is to
/// mean something else gets another one, and both are understood for a version.
/// </summary>
public sealed class ClusterSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>On the wire; never another.</summary>
    public const int Id = 7201;

    /// <summary>In characters: why a rule is refused names all that is wrong with it.</summary>
    private const int LongestSentence = 2_000;

    private const int LongestAddress = 400;

    /// <summary>Of one cluster; far more than there are.</summary>
    private const int MostMembers = 1_000;

    public override int Identifier => Id;

    public override string Manifest(object o) => o switch
    {
        Knock => "K1",
        Knocked => "k1",
        Forward => "F1",
        Forwarded => "f1",
        NodeReport => "R1",
        RuleShard => "S1",
        _ => throw new ArgumentException($"{o.GetType()} is nothing that nodes say to each other", nameof(o)),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Knock knock => JsonSerializer.SerializeToUtf8Bytes(knock, ClusterJson.Default.Knock),
        Knocked knocked => JsonSerializer.SerializeToUtf8Bytes(knocked, ClusterJson.Default.Knocked),
        Forward forward => JsonSerializer.SerializeToUtf8Bytes(forward, ClusterJson.Default.Forward),
        Forwarded forwarded => JsonSerializer.SerializeToUtf8Bytes(forwarded, ClusterJson.Default.Forwarded),
        RuleShard shard => ShardCodec.Encode(shard),
        NodeReport report => JsonSerializer.SerializeToUtf8Bytes(Brief(Whole(report)), ClusterJson.Default.NodeReport),
        _ => throw new ArgumentException($"{obj.GetType()} is nothing that nodes say to each other", nameof(obj)),
    };

    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return Read(bytes, manifest) ?? throw new InvalidDataException($"a message {manifest} is null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException) // the latter two: text that is no Unicode
        {
            throw new InvalidDataException($"a message {manifest} is not JSON as this version has it: {e.Message}", e);
        }
    }

    private static object? Read(byte[] bytes, string manifest) => manifest switch
    {
        "K1" => JsonSerializer.Deserialize(bytes, ClusterJson.Default.Knock) is { Self: not null } knock ? knock with { Self = Address(knock.Self), Members = Addresses(knock.Members) } : null,
        "k1" => JsonSerializer.Deserialize(bytes, ClusterJson.Default.Knocked) is { Self: not null } knocked ? knocked with { Self = Address(knocked.Self), Members = Addresses(knocked.Members) } : null,
        "F1" => JsonSerializer.Deserialize(bytes, ClusterJson.Default.Forward) is { From: not null, Who: not null, Request: not null } forward ? forward with { From = CertificateNames.Printable(forward.From), Who = CertificateNames.Printable(forward.Who) } : null,
        "f1" => JsonSerializer.Deserialize(bytes, ClusterJson.Default.Forwarded) is { Response: not null } forwarded ? forwarded : null,
        "R1" => JsonSerializer.Deserialize(bytes, ClusterJson.Default.NodeReport) is { } report ? Whole(report) : null,
        "S1" => ShardCodec.Decode(bytes),
        _ => throw new InvalidDataException($"a message '{manifest}' is of a kind that this version does not know"),
    };

    /// <summary>The longest name of a host has 253 characters.</summary>
    private static string Address(string address) => CertificateNames.Printable(address, LongestAddress);

    private static string[] Addresses(IEnumerable<string?>? addresses) => [.. (addresses ?? []).OfType<string>().Take(MostMembers).Select(Address)];

    /// <summary>
    /// null said where there is a value is as good as nothing said; and texts are for operators' screens, whoever wrote them. Done when it is written as well, so that all have the same
    /// bytes of it: replicators compare these.
    /// </summary>
    private static NodeReport Whole(NodeReport report) => report with
    {
        Version = CertificateNames.Printable(report.Version ?? ""),
        RulesetHash = CertificateNames.Printable(report.RulesetHash ?? ""),
        Rules = Counts(report.Rules),
        Workers = Counts(report.Workers),
        Interfaces = Texts(report.Interfaces),
        Refused = Texts(report.Refused),
        RefusedMore = Math.Max(0, report.RefusedMore),
        Redundancy = Redundant(report.Redundancy),
        Legs = Legs(report.Legs),
        Clock = report.Clock is { } clock ? clock with { Host = CertificateNames.Printable(clock.Host ?? "") } : null,
    };

    /// <summary>A node without redundant rules or legs says nothing of them, as one of an earlier version: both have the same bytes of a report.</summary>
    private static NodeReport Brief(NodeReport report)
    {
        NodeReport brief = report.Redundancy.IsEmpty ? report with { Redundancy = null! } : report;
        return report.Legs.Count == 0 ? brief with { Legs = null! } : brief;
    }

    private static ImmutableArray<LegReport> Legs(IReadOnlyList<LegReport>? legs) => legs is null ? [] :
    [
        .. legs.OfType<LegReport>().Select(leg => leg with
        {
            From = CertificateNames.Printable(leg.From ?? ""),
            Rule = CertificateNames.Printable(leg.Rule ?? ""),
            Output = CertificateNames.Printable(leg.Output ?? ""),
            To = CertificateNames.Printable(leg.To ?? ""),
            Problem = leg.Problem is { } problem ? CertificateNames.Printable(problem, LongestSentence) : null,
            Address = leg.Address is { } address ? CertificateNames.Printable(address) : null,
            Id = leg.Id is { } id ? CertificateNames.Printable(id) : null,
        }).DistinctBy(leg => leg.Name),
    ];

    private static ImmutableSortedDictionary<string, RedundancyReport> Redundant(IReadOnlyDictionary<string, RedundancyReport>? rules) =>
        Known(rules).Where(r => r.Value is not null).DistinctBy(r => r.Key).ToImmutableSortedDictionary(r => r.Key, r => r.Value with
        {
            Cause = CertificateNames.Printable(r.Value.Cause ?? ""),
            Unfit = r.Value.Unfit is { } unfit ? CertificateNames.Printable(unfit, LongestSentence) : null,
            Degraded = r.Value.Degraded is { } degraded ? CertificateNames.Printable(degraded, LongestSentence) : null,
            Links = CertificateNames.Printable(r.Value.Links ?? "", LongestSentence),
            Addresses = CertificateNames.Printable(r.Value.Addresses ?? "", LongestSentence),
        }, StringComparer.Ordinal);

    private static Dictionary<string, int> Counts(IReadOnlyDictionary<string, int>? counts) => Known(counts).DistinctBy(c => c.Key).ToDictionary();

    private static Dictionary<string, string> Texts(IReadOnlyDictionary<string, string>? texts) =>
        Known(texts).Where(t => t.Value is not null).Select(t => KeyValuePair.Create(t.Key, CertificateNames.Printable(t.Value, LongestSentence))).DistinctBy(t => t.Key).ToDictionary();

    /// <summary>With names that can be printed.</summary>
    private static IEnumerable<KeyValuePair<string, T>> Known<T>(IReadOnlyDictionary<string, T>? values) => (values ?? new Dictionary<string, T>()).Select(v => KeyValuePair.Create(CertificateNames.Printable(v.Key), v.Value));
}

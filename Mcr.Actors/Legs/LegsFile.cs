using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mcr.Actors.Cluster;
using Mcr.Actors.State;
using Mcr.Native.Rules;

namespace Mcr.Actors.Legs;

/// <summary>
/// The ends of legs of a node, as a file of the state directory: an mcrd that starts goes on with them, and with the ports that were agreed, before it has heard of any other node. Keys are not in it: these live
/// and die with the memory of what was taken.
/// </summary>
internal static class LegsFile
{
    public const string Name = "legs.json";

    private const int MaxBytes = 16 << 20;

    private static readonly IPAddress CarrierV4 = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress CarrierV6 = IPAddress.Parse("2001:db8::1");

    /// <returns>null when there is none, or none that can be used.</returns>
    public static ImmutableArray<LegHalf>? Read(StateDirectory directory, string node) =>
        directory.Read(Name, MaxBytes, bytes => new Halves(Decode(bytes)))?.All.RemoveAll(h => h.Name.To != node).DistinctBy(h => h.Name).ToImmutableArray();

    /// <summary>What <c>/user/cluster/legs</c> begins with.</summary>
    public static LegsState Begin(ClusterOptions options) => new(options.Node, options.Settings)
    {
        Given = options.Legs.Given,
        Halves = options.Directory is { } directory && Read(directory, options.Node) is { } halves ? halves : [],
    };

    /// <returns>null, or why not.</returns>
    public static string? Write(StateDirectory directory, IEnumerable<LegHalf> halves) => directory.Write(Name, Encode(halves), MaxBytes);

    internal static byte[] Encode(IEnumerable<LegHalf> halves) => JsonSerializer.SerializeToUtf8Bytes(
        new LegsJson(StateDirectory.Version, [.. halves.Select(h => new LegJson(h.Name.From, h.Name.Rule, h.Name.Output, h.Name.To, $"{h.Rule.Input.Group}", OverlayText.Of(Written(h))) { Into = h.Rule.Into?.Rule.Value, Input = h.Rule.Into?.From.Rule })]), LegsJsonContext.Default.LegsJson);

    /// <exception cref="InvalidDataException">it cannot be used; the message is a sentence.</exception>
    internal static ImmutableArray<LegHalf> Decode(byte[] bytes)
    {
        try
        {
            LegsJson file = JsonSerializer.Deserialize(bytes, LegsJsonContext.Default.LegsJson) ?? throw new InvalidDataException("it is null");
            return file.Version is < 1 or > StateDirectory.Version
                ? throw new InvalidDataException($"it has version {file.Version}; this mcrd reads version {StateDirectory.Version}")
                : AllDifferent([.. (file.Legs ?? []).Select(Half)]);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException) // the latter two: text that is no Unicode
        {
            throw new InvalidDataException($"it is not JSON as this version has it: {e.Message}", e);
        }
    }

    private static LegHalf Half(LegJson? leg)
    {
        if (leg is not { From: { } from, Rule: { } rule, Output: { } output, To: { } to, Address: { } address, Half: { } text } || !NodeName.IsValid(from) || !NodeName.IsValid(to) || !RuleId.IsValid(rule) || !IPAddress.TryParse(address, out IPAddress? place) || !Addresses.IsUnicast(place))
            throw new InvalidDataException("a leg in it is not one");
        (ForwardingRule? half, string? problem) = OverlayText.Parse(text);
        if (half is null)
            throw new InvalidDataException($"the end of a leg in it cannot be read: {problem}");
        var name = new LegName(from, rule, output, to);
        if (half.Outputs is [{ Rule: { } } into] && RuleId.IsValid(leg.Into ?? "") && leg.Input is { Length: > 0 } input)
            half = half with { Outputs = [into with { Node = null, Into = new LegInput(new RuleId(leg.Into!), new RuleOrigin(from, input)) }] };
        return half.Id == name.HalfId && !half.HasLegs && half.Input.Group.Equals(CarrierOf(half)) && half.Input.Range.IsExact
            ? new LegHalf(name, At(half with { Input = half.Input with { Leg = new LegOrigin(from, new RuleId(rule)) } }, place))
            : throw new InvalidDataException($"the end of a leg in it is not that of {name}");
    }

    /// <summary>A rule of another node is only ever named with that node: so this one stands there.</summary>
    private static ForwardingRule Written(LegHalf half)
    {
        ForwardingRule rule = At(half.Rule, CarrierOf(half.Rule));
        return rule.Into is null ? rule : rule with { Outputs = [rule.Outputs[0] with { Node = half.Name.To, Into = null }] };
    }

    private static ForwardingRule At(ForwardingRule half, IPAddress address) => half with { Input = half.Input with { Group = address } };

    /// <summary>Stands in the text for where the leg comes in, which may be of another address family than what comes: that is read for no other rule.</summary>
    private static IPAddress CarrierOf(ForwardingRule half) => Addresses.IsIPv6(half.Outputs[0].Group) ? CarrierV6 : CarrierV4;

    private static ImmutableArray<LegHalf> AllDifferent(ImmutableArray<LegHalf> halves) =>
        halves.DistinctBy(h => h.Name).Count() == halves.Length && halves.DistinctBy(h => h.Rule.Input with { Leg = null }).Count() == halves.Length
            ? halves
            : throw new InvalidDataException("two legs in it are one, or have one place to come in");

    private sealed record Halves(ImmutableArray<LegHalf> All);
}

internal sealed record LegsJson(int Version, IReadOnlyList<LegJson?>? Legs);

internal sealed record LegJson(string? From, string? Rule, string? Output, string? To, string? Address, string? Half)
{
    /// <summary>The id of the rule of this node that it is an input of; null: of none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Into { get; init; }

    /// <summary>With <see cref="Into"/>: what that input calls the other node's rule.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Input { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LegsJson))]
internal sealed partial class LegsJsonContext : JsonSerializerContext;

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mcr.Actors.Configuration;
using Mcr.Actors.Configuration.Hocon;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.State;

/// <summary>
/// An overlay as JSON, which is HOCON: rules in the words of <c>mcr.rules</c>, read by the reader of those, and where each comes from. What an
/// output has by default is not written, so that it stays what it was.
/// </summary>
internal static class OverlayText
{
    private const string Added = "rules";
    private const string Removed = "removed";

    /// <summary>Of one rule as it goes between nodes. One with all outputs that a rule may have, and every option, has some 60,000.</summary>
    private const int MaxRuleLength = 1 << 17;

    /// <summary>Of objects and arrays within each other; a rule has three.</summary>
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>For people to read: only what JSON must have escaped is.</summary>
    private static readonly JsonWriterOptions Layout = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Overlay overlay)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Layout))
        {
            json.WriteStartObject();
            json.WriteNumber(StateDirectory.VersionKey, StateDirectory.Version);
            Write(json, Added, overlay.Added.Values);
            Write(json, Removed, overlay.Removed.Values);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>One rule, on one line, without its origin: as it goes between nodes. The same rule is always the same text.</summary>
    public static string Of(ForwardingRule rule)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Layout with { Indented = false }))
            Write(json, rule, origin: null);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>
    /// The other way round. Another node has written it: so it has to be one object of JSON, which can name no file and no variable, before it is read as HOCON, which can.
    /// </summary>
    /// <returns>null with a sentence: it is a rule of a later version, or none.</returns>
    public static (ForwardingRule? Rule, string? Problem) Parse(string text)
    {
        if (WhyNoJsonObject(text) is { } refusal)
            return (null, refusal);
        var problems = new List<ConfigProblem>();
        try
        {
            var root = new HoconObject(new SourcePosition("", 0, 0));
            HoconParser.Parse($"{{\"{Added}\":[{text}]}}", "rule", new HoconFiles(), root);
            ImmutableArray<ConfiguredRule> rules = RuleReader.Read(new ConfigSection(HoconResolver.Resolve(root, _ => null), "", problems), Added, problems);
            return problems.Count == 0 && rules.Length == 1 ? (rules[0].Rule, null) : (null, problems.Count == 0 ? "it is not one rule" : problems[0].Sentence);
        }
        catch (HoconException e)
        {
            return (null, e.Sentence);
        }
    }

    public static Content Read(ConfigSection file, List<ConfigProblem> problems) => new(Rules(file, Added, problems), Rules(file, Removed, problems));

    private static string? WhyNoJsonObject(string text)
    {
        if (text.Length > MaxRuleLength)
            return string.Create(CultureInfo.InvariantCulture, $"it has {text.Length:N0} characters, more than the {MaxRuleLength:N0} that are read");
        try
        {
            using var json = JsonDocument.Parse(text, Strict);
            return json.RootElement.ValueKind == JsonValueKind.Object ? null : "it is not one object of JSON";
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException) // the latter two: text that is no Unicode
        {
            return $"it is not JSON: {e.Message}";
        }
    }

    private static ImmutableArray<RuleWithOrigin> Rules(ConfigSection file, string key, List<ConfigProblem> problems) =>
        [.. RuleReader.Read(file, key, problems, saysOrigin: true).Select(r => new RuleWithOrigin(r.Rule, r.Origin))];

    private static void Write(Utf8JsonWriter json, string key, IEnumerable<RuleWithOrigin> rules)
    {
        json.WriteStartArray(key);
        foreach (RuleWithOrigin rule in rules.OrderBy(r => r.Rule.Input.CanonicalText, StringComparer.Ordinal))
            Write(json, rule.Rule, rule.Origin);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ForwardingRule rule, string? origin)
    {
        json.WriteStartObject();
        WriteOption(json, "origin", origin);
        json.WriteString("id", rule.Id.Value);
        WriteOption(json, "name", rule.Name);
        WriteOption(json, "force", rule.NeedsForce ? "on" : null);
        WriteOption(json, "analyse", rule.AnalyseText);
        WriteOption(json, "alarms", rule.AlarmsText);
        WriteOption(json, RuleParser.RedundancyField, rule.RedundancyText);
        WriteOption(json, RuleParser.SelectField, rule.SelectText);
        if (rule.Select is null)
        {
            json.WritePropertyName("input");
            Write(json, rule.Input, rule.JoinText);
        }
        else
        {
            json.WriteStartArray("inputs");
            foreach (RuleInput input in rule.Inputs)
                Write(json, input, join: null);
            json.WriteEndArray();
        }

        json.WriteStartArray("outputs");
        foreach (RuleOutput output in rule.Outputs)
            Write(json, output);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RuleInput input, string? join)
    {
        json.WriteStartObject();
        if (input.From is { } from)
        {
            json.WriteString("node", from.Node);
            json.WriteString("rule", from.Rule);
        }
        else
        {
            WritePlace(json, input.Interface, input.Range);
        }

        WriteOption(json, "source", input.Source?.ToString());
        WriteOption(json, "join", join);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RuleOutput output)
    {
        json.WriteStartObject();
        if (output.Rule is { } rule)
            json.WriteString("rule", rule);
        else
            WritePlace(json, output.Interface, output.Range);
        foreach ((string key, string value) in RuleText.Options(output))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WritePlace(Utf8JsonWriter json, string device, GroupRange range)
    {
        json.WriteString("interface", device);
        json.WriteString("group", range.GroupText);
        if (range.Ports == 1)
            json.WriteNumber("port", range.Port);
        else
            json.WriteString("port", range.PortText);
    }

    private static void WriteOption(Utf8JsonWriter json, string key, string? value)
    {
        if (value is not null)
            json.WriteString(key, value);
    }

    /// <summary>What a file has; the rules of the files are not in it.</summary>
    public sealed record Content(ImmutableArray<RuleWithOrigin> Added, ImmutableArray<RuleWithOrigin> Removed);
}

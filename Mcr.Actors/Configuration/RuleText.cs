using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary>
/// Rules in the words of <c>mcr.rules</c>, which <see cref="RuleReader"/> reads back to the same rules. What is as it is by default is not
/// written, so that it stays what it was. Pure.
/// </summary>
internal static class RuleText
{
    /// <summary>The keys of an output after its interface, group and port, or its rule, with their values as text; only those that are given.</summary>
    public static IEnumerable<(string Key, string Value)> Options(RuleOutput output)
    {
        if (output.Node is { } node)
            yield return ("node", node);
        if (output.PairText is { } pair)
            yield return ("pair", pair);
        if (output.DecrementTtl)
            yield return ("ttl", "decrement");
        else if (output.Ttl is { } ttl)
            yield return ("ttl", Number(ttl));
        if (output.Source == SourceMode.Keep)
            yield return ("source", "keep");
        else if (output.Source == SourceMode.Address)
            yield return ("source", $"{output.SourceAddress}");
        if (output.Dscp is { } dscp)
            yield return ("dscp", Number(dscp));
        if (output.RateLimit != 0)
            yield return ("rate-limit", BitRate.Format(output.RateLimit));
        if (output.MaxBurst != 0)
            yield return ("max-burst", Number(output.MaxBurst));
        if (output.Pace)
            yield return ("pace", "on");
        if (output.Priority != 0)
            yield return ("priority", Number(output.Priority));
    }

    /// <summary>An element of <c>mcr.rules</c>, with a comment that says where the rule comes from, if that is given.</summary>
    public static void Write(StringBuilder text, ForwardingRule rule, string? origin)
    {
        if (origin is not null)
            text.Append("    # from ").Append(OneLine(origin)).Append('\n');
        string?[] own =
        [
            rule.Id == RuleId.Of(rule.Input) ? null : $"id = {Quote(rule.Id.Value)}",
            rule.Name is null ? null : $"name = {Quote(rule.Name)}",
            rule.NeedsForce ? "force = on" : null,
            rule.AlarmsText is { } alarms ? $"alarms = {Quote(alarms)}" : null,
            rule.AnalyseText is { } analyse ? $"analyse = {Quote(analyse)}" : null,
            rule.RedundancyText is { } ha ? $"{RuleParser.RedundancyField} = {Quote(ha)}" : null,
            rule.SelectText is { } select ? $"{RuleParser.SelectField} = {Quote(select)}" : null,
        ];
        text.Append("    { ").AppendJoin(", ", own.OfType<string>()).Append("\n      ");
        if (rule.Select is null)
        {
            WriteInput(text.Append("input "), rule.Input, rule.JoinText);
        }
        else
        {
            text.Append("inputs = [\n");
            foreach (RuleInput input in rule.Inputs)
                WriteInput(text.Append("        "), input, join: null);
            text.Append("      ]\n");
        }

        text.Append("      outputs = [\n");
        foreach (RuleOutput output in rule.Outputs)
        {
            text.Append("        { ");
            if (output.Rule is { } into)
                text.Append("rule = ").Append(Quote(into));
            else
                WritePlace(text, output.Interface, output.Range);
            foreach ((string key, string value) in Options(output))
                text.Append(", ").Append(key).Append(" = ").Append(Quote(value));
            text.Append(" }\n");
        }

        text.Append("      ]\n    }\n");
    }

    /// <summary>A string of HOCON, which is one of JSON.</summary>
    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    /// <summary>What somebody named does not end a comment.</summary>
    public static string OneLine(string text) => new([.. text.Select(c => char.IsControl(c) ? '?' : c)]);

    private static void WriteInput(StringBuilder text, RuleInput input, string? join)
    {
        text.Append("{ ");
        if (input.From is { } from)
            text.Append("node = ").Append(Quote(from.Node)).Append(", rule = ").Append(Quote(from.Rule));
        else
            WritePlace(text, input.Interface, input.Range);
        if (input.Source is { } source)
            text.Append(", source = ").Append(Quote($"{source}"));
        if (join is not null)
            text.Append(", join = ").Append(Quote(join));
        text.Append(" }\n");
    }

    private static void WritePlace(StringBuilder text, string device, GroupRange range) =>
        text.Append("interface = ").Append(Quote(device)).Append(", group = ").Append(Quote(range.GroupText)).Append(", port = ").Append(range.PortText);

    private static string Number(byte value) => value.ToString(CultureInfo.InvariantCulture);
}

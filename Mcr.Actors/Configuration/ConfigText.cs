using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mcr.Actors.Configuration;

/// <summary>
/// A complete configuration file: settings that differ from reference.hocon, and all rules. What it says, <see cref="SettingsReader"/> reads back to the
/// same settings and the same ruleset hash. Pure.
/// </summary>
internal static class ConfigText
{
    /// <summary>Always written: what reference.hocon has depends on the machine, or is where a second mcrd would collide.</summary>
    private static readonly string[] AlwaysWritten = ["node.name", "control.socket"];

    private static readonly JsonWriterOptions Layout = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="head">Lines of comment at its beginning.</param>
    /// <param name="isFrom">Of rules from this file it need not be said where they come from: they stay there.</param>
    /// <param name="rules">In the order in which they are to be written.</param>
    public static string Write(IEnumerable<string> head, McrSettings settings, IEnumerable<ConfiguredRule> rules, string? isFrom = null)
    {
        var text = new StringBuilder();
        foreach (string line in head)
            text.Append("# ").Append(RuleText.OneLine(line)).Append('\n');
        text.Append("\nmcr {\n");
        HashSet<(string, string)> defaults = [.. SettingsKeys.Of(SettingsReader.Read(new SettingsSources()).Settings!)];
        foreach ((string key, string value) in SettingsKeys.Of(settings))
        {
            if (AlwaysWritten.Contains(key) || !defaults.Contains((key, value)))
                text.Append("  ").Append(key).Append(" = ").Append(value).Append('\n');
        }

        // Also those that are served like all others: an interface that is named is listed without a rule, too.
        foreach (string name in settings.Interfaces.Keys)
            text.Append("  ").Append(SettingsKeys.Interface(name)).Append(" { }\n");
        text.Append("\n  rules = [\n");
        foreach (ConfiguredRule rule in rules)
            RuleText.Write(text, rule.Rule, isFrom is not null && rule.Origin.StartsWith(isFrom + ":", StringComparison.Ordinal) ? null : rule.Origin);
        text.Append("  ]\n}\n");
        if (ActorSystem(settings.AkkaJson) is { } akka)
            text.Append("\nakka = ").Append(akka).Append('\n');
        return text.ToString();
    }

    /// <returns>null when there is nothing in it.</returns>
    private static string? ActorSystem(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("akka", out JsonElement akka) || !akka.EnumerateObject().Any())
            return null;
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Layout))
            akka.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}

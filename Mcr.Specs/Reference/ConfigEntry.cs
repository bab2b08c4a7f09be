using System.Text.RegularExpressions;
using Mcr.Actors.Configuration;
using Mcr.Native.Logging;

namespace Mcr.Specs.Reference;

/// <summary>A key or a section of the configuration.</summary>
/// <param name="Value">Its default; of a rule's key an example; null: it has none.</param>
/// <param name="IsExample">It is a key of a rule.</param>
internal sealed partial record ConfigEntry(string[] Section, string Key, string? Value, bool IsSection, bool IsExample, Block[] Text)
{
    /// <summary>What a default does not tell; what is given as words comes from the readers of the keys.</summary>
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["mcr.control.socket"] = "path",
        ["mcr.runtime-directory"] = "path",
        ["mcr.state-directory"] = "path",
        ["mcr.worker.path"] = "path",
        ["mcr.tls.ca"] = "path",
        ["mcr.tls.certificate"] = "path",
        ["mcr.tls.key"] = "path",
        ["mcr.cluster.name"] = "text",
        ["mcr.cluster.listen"] = "address and port",
        ["mcr.cluster.advertise"] = "address or name, and port",
        ["mcr.console.listen"] = "address and port",
        ["mcr.console.advertise"] = "address or name, and port",
        ["mcr.cluster.legs.ports"] = "range of UDP ports",
        ["mcr.cluster.legs.interface"] = "name of an interface",
        ["mcr.http.listen"] = $"address and port, or {ExportReader.Off}",
        ["mcr.otlp.protocol"] = Words(ExportReader.Protocols.Keys),
        ["mcr.log.level"] = Words(LogNames.Levels.Keys),
        ["mcr.log.levels.Runtime"] = Words(LogNames.Levels.Keys.Append(LogNames.Default)),
        ["mcr.worker.orphan-grace"] = "duration, or forever",
        ["mcr.interface-defaults.cores"] = "list of CPU numbers",
        ["mcr.interface-defaults.ingress"] = Words(InterfaceReader.Ingresses.Keys),
        ["mcr.interface-defaults.gro"] = Words(InterfaceReader.Gros.Keys),
        ["mcr.interface-defaults.coalesce"] = $"duration, or {InterfaceReader.Auto}",
        ["mcr.interface-defaults.poll"] = Words(InterfaceReader.Polls.Keys),
        ["mcr.interface-defaults.fragments"] = Words(InterfaceReader.Fragments.Keys),
        ["mcr.alarm-defaults.silence"] = "duration, or off",
        ["mcr.alarm-defaults.rate-min"] = "bits a second, or off",
        ["mcr.alarm-defaults.rate-max"] = "bits a second, or off",
        ["mcr.events.webhook.min-severity"] = Words(EventsReader.Severities.Keys),
    };

    public static IEnumerable<string> KeysWithTypes => Types.Keys;

    public string Path => string.Join('.', Section.Append(Key));

    /// <summary>As it is written.</summary>
    public string Line => Value switch
    {
        ['{', _, ..] when Value.StartsWith($"{{ {Key} = ", StringComparison.Ordinal) => Value,
        ['{', ..] => $"{Key} {Value}",
        _ => $"{Key} = {Value}",
    };

    public string Type => Types.TryGetValue(Path, out string? known) ? known : Value switch
    {
        "on" or "off" => "on or off",
        ['[', ..] => "list of texts",
        ['"', ..] => "text",
        { } value when Duration().IsMatch(value) => "duration",
        { } value when Size().IsMatch(value) => "size",
        { } value when value.All(char.IsAsciiDigit) => "whole number",
        _ => throw new InvalidDataException($"{Path} = {Value}: the reference cannot tell its type from its default; say it in ConfigEntry.Types"),
    };

    private static string Words(IEnumerable<string> words)
    {
        string[] all = [.. words];
        return $"{string.Join(", ", all[..^1])} or {all[^1]}";
    }

    [GeneratedRegex(@"^\d+(us|ms|s|m|h)$")]
    private static partial Regex Duration();

    [GeneratedRegex(@"^\d+(KiB|MiB|GiB)$")]
    private static partial Regex Size();
}

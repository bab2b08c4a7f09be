using System.Globalization;
using Mcr.Actors.Configuration.Hocon;
using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary>
/// One object of the configuration, read key by key. What is wrong becomes a problem and a harmless value in its place, so that one reading
/// finds everything; keys that nobody asked for are problems at the end.
/// </summary>
/// <param name="isReadable">false in place of something that is no object, which is a problem already.</param>
internal sealed class ConfigSection(HoconObject source, string path, List<ConfigProblem> problems, bool isReadable = true)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public IEnumerable<string> Keys => source.Members.Select(m => m.Key).Order(StringComparer.Ordinal);

    public HoconNode? Find(string key)
    {
        _known.Add(key);
        return source.TryGet(key, out _, out HoconNode value) ? value : null;
    }

    /// <summary>Where the key is written, or where it is missing.</summary>
    public SourcePosition PositionOf(string key) =>
        source.TryGet(key, out _, out HoconNode value) ? value.At : source.TryGetUnset(key, out SourcePosition at, out _) ? at : source.At;

    /// <summary>Why a key that must be there is not, for the end of a sentence: <c>; it is set to ${X}, and nothing is set at X</c>.</summary>
    public string WhyMissing(string key) =>
        source.TryGetUnset(key, out _, out string substitution) ? $"; it is written as ${{?{substitution}}}, and nothing is set at {substitution}" : "";

    /// <returns>null when the key is not there or is null.</returns>
    public string? Text(string key)
    {
        switch (Find(key))
        {
            case null or HoconScalar { Text: null }:
                return null;
            case HoconScalar scalar:
                return scalar.Text;
            case { } other:
                Problem(other.At, key, $"is {Kind(other)}; give a text");
                return null;
        }
    }

    /// <returns>A text, or the texts of an array with commas; null when the key is not there or is null.</returns>
    /// <param name="separator">In place of a comma.</param>
    public string? TextOrList(string key, char separator = ',') => Find(key) is HoconArray array && array.Items.All(i => i is HoconScalar { Text: not null })
        ? string.Join(separator, array.Items.Select(i => ((HoconScalar)i).Text))
        : Text(key);

    public bool Flag(string key) => Parse(key, "on or off", FlagText.Parse);

    public int Whole(string key, int least, int most) => Parse(
        key,
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most ? value : (int?)null);

    /// <param name="orElse">What may be given in its place, for the sentence: <c>auto, or </c>.</param>
    public TimeSpan Duration(string key, TimeSpan least, TimeSpan most, string orElse = "") => Parse(
        key,
        $"{orElse}a duration from {Units.Format(least)} to {Units.Format(most)}, such as {(most < TimeSpan.FromSeconds(1) ? "50us or 1ms" : "10s, 250ms or 1m")}",
        text => Units.ParseDuration(text) is { } value && value >= least && value <= most ? value : (TimeSpan?)null);

    /// <returns>Bytes.</returns>
    public int Size(string key, int least, int most) => Parse(
        key,
        $"a size from {Units.Format(least)} to {Units.Format(most)}, such as 512KiB or 64MiB",
        text => Units.ParseSize(text) is { } value && value >= least && value <= most ? (int)value : (int?)null);

    public T OneOf<T>(string key, IReadOnlyDictionary<string, T> values)
        where T : struct =>
        Parse(key, $"one of {string.Join(", ", values.Keys)}", text => values.TryGetValue(text, out T value) ? value : (T?)null);

    public ConfigSection Section(string key) => Find(key) switch
    {
        HoconObject inner => new ConfigSection(inner, Path(key), problems),
        null or HoconScalar { Text: null } => new ConfigSection(new HoconObject(PositionOf(key)), Path(key), problems),
        { } other => Wrong(other, key),
    };

    /// <summary>Elements of an array; none when the key is not there.</summary>
    public IReadOnlyList<HoconNode> Array(string key)
    {
        switch (Find(key))
        {
            case HoconArray array:
                return array.Items;
            case null or HoconScalar { Text: null }:
                return [];
            case { } other:
                Problem(other.At, key, $"is {Kind(other)}; give an array: [ … ]");
                return [];
        }
    }

    /// <summary>After everything was read: keys that mean nothing.</summary>
    public void RefuseUnknownKeys()
    {
        foreach ((string key, SourcePosition keyAt, _) in source.Members)
        {
            if (_known.Contains(key))
                continue;
            string hint = NearestKey.Of(key, _known) is { } meant ? $"did you mean '{meant}'?" : $"known keys are {string.Join(", ", _known.Order(StringComparer.Ordinal))}";
            problems.Add(new ConfigProblem(keyAt, $"{Path(key)} is not a key of this version; {hint}"));
        }
    }

    public void Problem(SourcePosition at, string key, string sentence) => problems.Add(new ConfigProblem(at, $"{Path(key)} {sentence}"));

    public string Path(string key) => path.Length == 0 ? key : $"{path}.{key}";

    public static string Kind(HoconNode node) => node switch
    {
        HoconObject => "an object",
        HoconArray => "an array",
        HoconScalar { Text: null } => "null",
        HoconScalar scalar => $"'{Shorten(scalar.Text)}'",
        _ => "a value",
    };

    private T Parse<T>(string key, string wanted, Func<string, T?> parse)
        where T : struct
    {
        HoconNode? node = Find(key);
        if (node is HoconScalar { Text: { } text } && parse(text.Trim()) is { } value)
            return value;
        if (!isReadable)
            return default;
        if (node is null)
            problems.Add(new ConfigProblem(PositionOf(key), $"{Path(key)} has no value{WhyMissing(key)}; give {wanted}"));
        else
            Problem(node.At, key, $"is {Kind(node)}; give {wanted}");
        return default;
    }

    private ConfigSection Wrong(HoconNode node, string key)
    {
        Problem(node.At, key, $"is {Kind(node)}; give an object: {{ … }}");
        return new ConfigSection(new HoconObject(node.At), Path(key), problems, isReadable: false);
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}

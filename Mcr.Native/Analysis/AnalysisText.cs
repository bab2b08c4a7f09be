using System.Globalization;

namespace Mcr.Native.Analysis;

/// <summary>
/// Analysis as an operator writes it: <c>auto</c>, <c>off</c>, <c>rtp</c>, <c>rtp clock-rate=48000</c>, <c>ts</c>, <c>moldudp64</c>, or
/// <c>sequence offset=4 width=32</c> with <c>endian=little</c>, <c>count-offset=8 count-width=16</c>. Pure.
/// </summary>
public static class AnalysisText
{
    public const string Wanted = "auto, off, ts, rtp, rtp clock-rate=48000, moldudp64, or sequence offset=BYTES width=8, 16, 32 or 64, then if need be endian=little, count-offset=BYTES count-width=BITS";

    internal static readonly SequenceField MoldUdp64 = new(10, 64, CountOffset: 18, CountWidth: 16); // session 10, sequence 8, count 2 bytes

    /// <returns>null when it is none of these; <paramref name="refusal"/> then ends the sentence that begins with the text.</returns>
    public static AnalysisSettings? Parse(string text, out string? refusal)
    {
        refusal = null;
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string word in words.Skip(1))
        {
            int at = word.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !options.TryAdd(word[..at], word[(at + 1)..]))
                refusal = $"has '{word}', which is no option=value, or there twice; use {Wanted}";
        }

        if (refusal is not null)
            return null;
        AnalysisSettings? settings = words.FirstOrDefault() switch
        {
            "auto" => AnalysisSettings.Auto,
            "off" => AnalysisSettings.Off,
            "ts" => AnalysisSettings.TransportStream,
            "moldudp64" => AnalysisSettings.Sequence(MoldUdp64),
            "rtp" => Number(options, "clock-rate", 0) is { } rate ? AnalysisSettings.Rtp(rate) : null,
            "sequence" => Sequence(options),
            _ => null,
        };
        if (settings is { IsValid: true } && options.Count == 0)
            return settings;
        refusal = options.Count > 0 && settings is not null ? $"has an option '{options.Keys.First()}', which does not belong there; use {Wanted}" : $"is not a way to analyse payloads; use {Wanted}";
        return null;
    }

    /// <summary>As <see cref="Parse"/> takes it.</summary>
    public static string Format(AnalysisSettings settings)
    {
        switch (settings.Kind)
        {
            case AnalysisKind.Auto:
                return "auto";
            case AnalysisKind.Rtp:
                return settings.ClockRate == 0 ? "rtp" : string.Create(CultureInfo.InvariantCulture, $"rtp clock-rate={settings.ClockRate}");
            case AnalysisKind.TransportStream:
                return "ts";
            case AnalysisKind.Sequence:
                return settings.Field == MoldUdp64 ? "moldudp64" : $"sequence {Format(settings.Field)}";
            default:
                return "off";
        }
    }

    /// <summary>The options of <c>sequence</c>.</summary>
    internal static string Format(SequenceField field) =>
        string.Create(CultureInfo.InvariantCulture, $"offset={field.Offset} width={field.Width}{(field.LittleEndian ? " endian=little" : "")}{(field.CountWidth > 0 ? $" count-offset={field.CountOffset} count-width={field.CountWidth}" : "")}");

    private static AnalysisSettings? Sequence(Dictionary<string, string> options)
    {
        bool little = options.Remove("endian", out string? endian) && endian == "little";
        if (endian is not (null or "little" or "big"))
            return null;
        if (Number(options, "offset", null) is not { } offset || Number(options, "width", null) is not { } width)
            return null;
        if (Number(options, "count-offset", 0) is not { } countOffset || Number(options, "count-width", 0) is not { } countWidth)
            return null;
        var field = new SequenceField(offset, width, little, countOffset, countWidth);
        return field.IsValid ? AnalysisSettings.Sequence(field) : null;
    }

    /// <summary>Takes the option out. null: it is not a number, or missing where there is no <paramref name="otherwise"/>.</summary>
    private static int? Number(Dictionary<string, string> options, string name, int? otherwise) =>
        !options.Remove(name, out string? text) ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : null;
}

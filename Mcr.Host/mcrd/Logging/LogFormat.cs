using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Mcr.Native.Logging;

namespace Mcr.Host.Mcrd.Logging;

/// <summary>
/// A message as the line that is written: <c>2026-11-23T15:04:05.678Z INFO  Supervisor: text</c>, or one JSON object with the text and its named
/// values as members. Pure.
/// </summary>
/// <param name="Journal">For systemd's journal: a priority in front, and no time in text, since it has its own.</param>
internal sealed record LogFormat(bool Json, bool Journal)
{
    private static readonly string[] OwnMembers = ["time", "level", "facility", "logger", "message", "exception"];

    public string Format(LogLine line) => (Journal ? Mcr.Native.Logging.Journal.Prefix(line.Level) : "") + (Json ? FormatJson(line) : FormatText(line));

    private string FormatText(LogLine line)
    {
        string exception = line.Exception is null ? "" : " | " + line.Exception.ReplaceLineEndings(" | ");
        string text = $"{LevelName(line.Level),-5} {line.Facility}: {line.Text.ReplaceLineEndings(" | ")}{exception}";
        return Journal ? text : $"{TimeText(line)} {text}";
    }

    private static string TimeText(LogLine line) => line.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string LevelName(LogVerbosity level) => level switch
    {
        LogVerbosity.Debug => "DEBUG",
        LogVerbosity.Info => "INFO",
        LogVerbosity.Warning => "WARN",
        _ => "ERROR",
    };

    private static string FormatJson(LogLine line)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", TimeText(line));
            json.WriteString("level", LevelName(line.Level));
            json.WriteString("facility", line.Facility.ToString());
            json.WriteString("logger", line.Category[(line.Category.LastIndexOf('.') + 1)..]);
            json.WriteString("message", line.Text);
            if (line.Exception is not null)
                json.WriteString("exception", line.Exception);
            var written = new HashSet<string>(OwnMembers);
            foreach ((string name, object? value) in line.Values)
            {
                if (written.Add(name))
                    WriteMember(json, name, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteMember(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case long or int or uint or ushort or byte:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}

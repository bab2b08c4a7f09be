using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Mcr.Host.Mcrd.Logging;

internal sealed class LogLineOptions : ConsoleFormatterOptions
{
    public bool Json { get; set; }
}

/// <summary>
/// One line a record on stderr: <c>2026-11-23T15:04:05.678Z INFO  Supervisor: text</c>, or one JSON object with the text and its named
/// values as members.
/// </summary>
internal sealed class LogLineFormatter(IOptionsMonitor<LogLineOptions> options) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "mcr";

    private const string OriginalFormat = "{OriginalFormat}"; // Microsoft.Extensions.Logging's name for the template itself

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        string time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        string facility = Facility(logEntry.Category);
        if (options.CurrentValue.Json)
            WriteJson(textWriter, time, logEntry.LogLevel, facility, text, logEntry.State, logEntry.Exception);
        else
            textWriter.WriteLine($"{time} {LevelName(logEntry.LogLevel),-5} {facility}: {text}{(logEntry.Exception is null ? "" : " | " + logEntry.Exception.ToString().ReplaceLineEndings(" | "))}");
    }

    /// <summary>The last part of a category: `Akka.Actor.ActorSystem` and `Mcr.Actors.Relay.RelaySupervisor` are known by their own names.</summary>
    private static string Facility(string category) => category[(category.LastIndexOf('.') + 1)..];

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARN",
        _ => "ERROR",
    };

    private static void WriteJson<TState>(TextWriter output, string time, LogLevel level, string facility, string text, TState state, Exception? exception)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", time);
            json.WriteString("level", LevelName(level));
            json.WriteString("facility", facility);
            json.WriteString("message", text);
            if (exception is not null)
                json.WriteString("exception", exception.ToString());
            var written = new HashSet<string> { "time", "level", "facility", "message", "exception", OriginalFormat };
            foreach ((string name, object? value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
            {
                if (written.Add(name))
                    WriteMember(json, name, value);
            }

            json.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan));
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

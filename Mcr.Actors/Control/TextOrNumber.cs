using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>
/// A text of a request may come as <c>5000</c> or <c>"5000"</c> and stays text, so that 65536 and 5000.5 are refused by the rule
/// parser with its sentence and not by the JSON reader with one about numbers. In a response it is a number when it looks like one.
/// </summary>
public sealed class TextOrNumber : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        _ => throw new JsonException("it has to be a text or a number"),
    };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(value);
    }
}

using System.Globalization;
using System.Text.Json;

namespace Mcr.Actors.Configuration.Hocon;

/// <summary>A resolved tree as JSON, which every HOCON parser reads alike.</summary>
internal static class HoconJson
{
    public static string Write(HoconNode node)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            Write(json, node);
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter json, HoconNode node)
    {
        switch (node)
        {
            case HoconObject o:
                json.WriteStartObject();
                foreach ((string key, _, HoconNode value) in o.Members)
                {
                    json.WritePropertyName(key);
                    Write(json, value);
                }

                json.WriteEndObject();
                break;
            case HoconArray a:
                json.WriteStartArray();
                foreach (HoconNode item in a.Items)
                    Write(json, item);
                json.WriteEndArray();
                break;
            case HoconScalar { Text: null }:
                json.WriteNullValue();
                break;
            case HoconScalar { IsQuoted: false } scalar when long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number):
                json.WriteNumberValue(number);
                break;
            case HoconScalar scalar:
                json.WriteStringValue(scalar.Text);
                break;
        }
    }
}

using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mcr.Host.Mcrd.Health;

/// <summary>A report of health for programs: <c>{"status":"Healthy","checks":{"mcr.workers":{"status":"Healthy"}}}</c>, with a sentence where something is not well.</summary>
internal static class HealthJson
{
    public static string Of(HealthReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("status", $"{report.Status}");
            json.WriteStartObject("checks");
            foreach ((string name, HealthReportEntry entry) in report.Entries.OrderBy(e => e.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(name);
                json.WriteString("status", $"{entry.Status}");
                if (entry.Description is { Length: > 0 } why)
                    json.WriteString("why", why);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}

using System.Net;
using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary><c>mcr.http</c> and <c>mcr.otlp</c>: what others learn of this mcrd.</summary>
internal static class ExportReader
{
    public const string Off = "off";

    public static readonly Dictionary<string, bool> Protocols = new(StringComparer.Ordinal) { ["grpc"] = true, ["http"] = false };

    public static HttpSettings ReadHttp(ConfigSection http)
    {
        string listen = http.Text("listen") ?? "";
        HostPort? place = HostPort.Parse(listen) is { Port: > 0 } parsed && IPAddress.TryParse(parsed.Host, out _) ? parsed : null;
        if (place is null && listen != Off)
            http.Problem(http.PositionOf("listen"), "listen", $"is '{RuleText.OneLine(listen)}'; give an address of this host and a port, such as 127.0.0.1:9464 or [::1]:9464, or off");
        http.RefuseUnknownKeys();
        return new HttpSettings(place);
    }

    public static OtlpSettings ReadOtlp(ConfigSection otlp)
    {
        var settings = new OtlpSettings(
            ReadEndpoint(otlp),
            otlp.OneOf("protocol", Protocols),
            ReadHeaders(otlp),
            otlp.Duration("interval", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            otlp.Duration("timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            otlp.Flag("metrics"),
            otlp.Flag("traces"));
        otlp.RefuseUnknownKeys();
        return settings;
    }

    private static string ReadEndpoint(ConfigSection otlp)
    {
        string endpoint = otlp.Text("endpoint") ?? "";
        bool isUsable = Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? parsed) && parsed.Scheme is "http" or "https" && parsed.Host.Length > 0 && parsed.UserInfo.Length == 0;
        if (endpoint.Length > 0 && !isUsable)
            otlp.Problem(otlp.PositionOf("endpoint"), "endpoint", "is no URL that can be sent to; give one such as http://127.0.0.1:4317 (grpc) or http://127.0.0.1:4318 (http), without user and password, or leave it empty to send nothing");
        return endpoint;
    }

    /// <summary>What they are set to is not repeated: they may be secrets.</summary>
    private static string ReadHeaders(ConfigSection otlp)
    {
        string headers = otlp.Text("headers") ?? "";
        bool isUsable = headers.All(c => c is >= ' ' and <= '~') && headers.Split(',').All(h => h.IndexOf('=', StringComparison.Ordinal) > 0);
        if (headers.Length > 0 && !isUsable)
            otlp.Problem(otlp.PositionOf("headers"), "headers", "are not of the form name=value,name=value, in printable ASCII; correct them, or leave them empty");
        return headers;
    }
}

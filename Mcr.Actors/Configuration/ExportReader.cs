using System.Net;
using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary><c>mcr.http</c> and <c>mcr.otlp</c>: what others learn of this mcrd.</summary>
internal static class ExportReader
{
    public const string Off = "off";

    /// <summary>Set by the exporter itself.</summary>
    private static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase) { "User-Agent", "Content-Type", "Content-Length", "Host" };

    public static readonly Dictionary<string, bool> Protocols = new(StringComparer.Ordinal) { ["grpc"] = true, ["http"] = false };

    public static HttpSettings ReadHttp(ConfigSection http)
    {
        string listen = http.Text("listen") ?? "";
        HostPort? place = HostPort.Parse(listen) is { Port: > 0 } parsed && IPAddress.TryParse(parsed.Host, out IPAddress? address) && IsUsable(address, parsed.Host) ? parsed : null;
        if (place is null && listen != Off)
            http.Problem(http.PositionOf("listen"), "listen", $"is '{RuleText.OneLine(listen)}'; give an address of this host and a port, such as 127.0.0.1:9464 or [::1]:9464, or off");
        http.RefuseUnknownKeys();
        return new HttpSettings(place);
    }

    /// <summary>Written as one means it (010.0.0.1 is 8.0.0.1 to some), and one that can be listened at.</summary>
    private static bool IsUsable(IPAddress address, string text) =>
        (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? !address.IsIPv6Multicast && !address.IsIPv6LinkLocal : $"{address}" == text && !Addresses.IsMulticast(address))
        && !address.Equals(IPAddress.Broadcast);

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

    private static bool IsOfToken(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

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
        if (headers.Length == 0)
            return headers;
        string[] names = [.. headers.Split(',').Select(h => h.Split('=', 2)[0].Trim())];
        bool isUsable = headers.All(c => c is >= ' ' and <= '~') && headers.Split(',').All(h => h.Contains('=', StringComparison.Ordinal)) && names.All(n => n.Length > 0 && n.All(IsOfToken));
        if (!isUsable)
            otlp.Problem(otlp.PositionOf("headers"), "headers", "are not of the form name=value,name=value, in printable ASCII with names of letters, digits, - and _; correct them, or leave them empty");
        else if (names.Distinct(StringComparer.OrdinalIgnoreCase).Count() != names.Length || names.Any(n => Own.Contains(n)))
            otlp.Problem(otlp.PositionOf("headers"), "headers", $"have a name twice, or one that is not theirs to set ({string.Join(", ", Own)}); leave it out");
        return headers;
    }
}

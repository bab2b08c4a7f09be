using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mcr.Host.Mcrd.Http;

/// <summary>What one client, or all of them, may take: nobody who asks for numbers may cost the relay memory or time.</summary>
internal static class HttpLimits
{
    public const int Connections = 64;

    /// <summary>For one request, from the end of its headers to the end of the answer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private const double LeastBytesPerSecond = 1024;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public static void Set(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        KestrelServerLimits limits = options.Limits;
        limits.MaxConcurrentConnections = Connections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestBodySize = 0;
        limits.MaxRequestLineSize = 2 << 10;
        limits.MaxRequestHeadersTotalSize = 8 << 10;
        limits.MaxRequestHeaderCount = 50;
        limits.MaxRequestBufferSize = 16 << 10;
        limits.MaxResponseBufferSize = 64 << 10;
        limits.RequestHeadersTimeout = Grace;
        limits.KeepAliveTimeout = Grace;
        limits.MinResponseDataRate = new MinDataRate(LeastBytesPerSecond, Grace);
    }
}

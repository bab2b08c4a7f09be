using System.Globalization;
using System.Net;

namespace Mcr.Actors.Configuration;

/// <summary>A place in the network that other hosts know by these very words.</summary>
/// <param name="Host">An IPv4 or IPv6 address, or a host's name.</param>
/// <param name="Port">1 to 65535, or 0 where one may be chosen.</param>
public sealed record HostPort(string Host, int Port)
{
    /// <summary>Every address of this host, which is none that others could dial.</summary>
    public bool IsWildcard => IPAddress.TryParse(Host, out IPAddress? address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    /// <summary>What is sent there leaves no host.</summary>
    public bool IsLoopback => IPAddress.TryParse(Host, out IPAddress? address) ? IPAddress.IsLoopback(address) : Host is "localhost";

    /// <summary>Reads <c>10.0.0.1:4053</c>, <c>[2001:db8::1]:4053</c> and <c>relay-a.example:4053</c>.</summary>
    /// <returns>null for anything else.</returns>
    public static HostPort? Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 1 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > ushort.MaxValue)
            return null;
        string host = text[..colon];
        bool isBracketed = host is ['[', .., ']'];
        if (isBracketed)
            host = host[1..^1];
        return Uri.CheckHostName(host) switch
        {
            UriHostNameType.IPv6 when isBracketed => new HostPort(host, port),
            UriHostNameType.IPv4 or UriHostNameType.Dns when !isBracketed => new HostPort(host, port),
            _ => null,
        };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}

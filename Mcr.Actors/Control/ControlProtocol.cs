namespace Mcr.Actors.Control;

/// <summary>
/// The numbers of the control protocol: over a Unix stream socket, each message is a length (4 bytes, big-endian) and that
/// many bytes of JSON. A client may ask several times on one connection; each request gets one response, in order.
/// </summary>
public static class ControlProtocol
{
    public const int Version = 1;

    /// <summary>The most bytes of JSON in a request: far more than a rule with every output and the longest names.</summary>
    public const int MaxRequestBytes = 1 << 20;

    /// <summary>The most bytes of JSON in a response: room for about a hundred thousand rules.</summary>
    public const int MaxResponseBytes = 64 << 20;

    /// <summary>Where mcrd listens and mcrctl looks, unless told otherwise.</summary>
    public const string DefaultSocketPath = "/run/mcr/control.sock";
}

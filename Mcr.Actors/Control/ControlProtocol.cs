namespace Mcr.Actors.Control;

/// <summary>
/// The numbers of the control protocol: over a Unix stream socket, each message is a length (4 bytes, big-endian) and that
/// many bytes of JSON. A client may ask several times on one connection; each request gets one response, in order.
/// </summary>
public static class ControlProtocol
{
    public const int Version = 1;

    /// <summary>
    /// The most bytes of JSON in a request: as many as a configuration file may have. A rule takes some 200 to 300 in one change of many, so ten thousand are
    /// 2 to 3 MiB.
    /// </summary>
    public const int MaxRequestBytes = 16 << 20;

    /// <summary>The most bytes of a request that only asks, which is all that a member of the read-only group may send.</summary>
    public const int MaxQuestionBytes = 1 << 16;

    /// <summary>The most bytes of JSON in a response: room for about a hundred thousand rules.</summary>
    public const int MaxResponseBytes = 64 << 20;

    /// <summary>Where mcrd listens and mcrctl looks, unless told otherwise.</summary>
    public const string DefaultSocketPath = "/run/mcr/control.sock";
}

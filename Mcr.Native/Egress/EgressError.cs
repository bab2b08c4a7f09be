namespace Mcr.Native.Egress;

/// <summary>Why a datagram that matched did not leave by an output. The order is that of the counter words: append only.</summary>
public enum EgressError : byte
{
    /// <summary>The socket's or the device's queue is full (EAGAIN, ENOBUFS).</summary>
    Full,

    /// <summary>The device is down or gone (ENETDOWN, ENXIO, ENODEV).</summary>
    Down,

    /// <summary>No route or no neighbour (ENETUNREACH, EHOSTUNREACH, EHOSTDOWN), or the receiver's host refused (ECONNREFUSED).</summary>
    Unreachable,

    /// <summary>By a firewall (EPERM, EACCES).</summary>
    Refused,

    /// <summary>Longer than the device's MTU where the kernel may not fragment (EMSGSIZE).</summary>
    TooLong,

    /// <summary>Over the output's rate limit.</summary>
    RateLimit,

    /// <summary>Its time to live was used up by decrementing.</summary>
    TtlExpired,

    /// <summary>Anything else.</summary>
    Other,

    /// <summary>Of a redundant rule: it was left over when the loop had stood still, and another may have sent it.</summary>
    Stale,
}

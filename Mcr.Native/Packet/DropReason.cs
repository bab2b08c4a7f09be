namespace Mcr.Native.Packet;

/// <summary>
/// Why a frame is not relayed. The order is the order of the counter words in a worker's slot: append only.
/// Malformed frames (<see cref="Runt"/> to <see cref="BadUdpChecksum"/>) are printed as parse_err, the rest as filtered,
/// but for <see cref="NoRule"/>, which is no_match.
/// </summary>
public enum DropReason : byte
{
    None = 0,

    /// <summary>Shorter than its headers, or cut by the receive slot.</summary>
    Runt,

    /// <summary>Not IP although the socket's filter let it pass; an IP version, header length or address that cannot be; IPv4 that is not UDP.</summary>
    BadIpHeader,

    /// <summary>IP or UDP length fields that contradict each other or the frame.</summary>
    BadLength,

    BadIpChecksum,

    BadUdpChecksum,

    /// <summary>An IP fragment, where they are not put together; each counts.</summary>
    Fragment,

    /// <summary>A VLAN tag with an id other than 0: the frame belongs to another interface.</summary>
    Vlan,

    /// <summary>Addressed to another host (promiscuous mode, flooding).</summary>
    OtherHost,

    /// <summary>The rule is redundant, and this node stands by: counted, not sent.</summary>
    Muted,

    /// <summary>No rule for its group, port and source.</summary>
    NoRule,

    /// <summary>IPv6 whose chain of extension headers does not end in UDP, or cannot be followed.</summary>
    NotUdp,

    /// <summary>A datagram whose fragments overlap or contradict each other (RFC 5722, RFC 8200 4.5): all of it is dropped.</summary>
    FragmentOverlap,

    /// <summary>A datagram of which a fragment did not come in time.</summary>
    FragmentTimeout,

    /// <summary>An incomplete datagram that gave way to a newer one: there is no memory for more at once.</summary>
    FragmentMemory,

    /// <summary>It had waited longer than the maximum age when a worker began to read the queue that an earlier one had left; or the flow had been given to another meanwhile.</summary>
    Stale,

    /// <summary>The rule is the end of a leg, and this was not sent by its other end, was altered, or came before; see <see cref="Legs.LegOutcome"/>.</summary>
    LegRefused,

    /// <summary>The rule has several inputs, and this was forwarded before, from another one or the same.</summary>
    Duplicate,

    /// <summary>The rule has several inputs, and this came when its place in the stream was given up.</summary>
    Late,

    /// <summary>The rule has several inputs, and this is not of the stream that is forwarded, or of an input that is not relayed.</summary>
    Astray,

    /// <summary>The rule has several inputs, and this has nothing to tell it by: it is too short, or not what it should be.</summary>
    Unusable,
}

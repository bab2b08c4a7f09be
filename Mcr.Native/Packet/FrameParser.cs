namespace Mcr.Native.Packet;

/// <summary>Bytes in, values out: reads one Ethernet frame with IPv4 UDP. No sockets, no rules, no allocation, no exception, whatever the bytes.</summary>
public static class FrameParser
{
    /// <summary>
    /// Parses <paramref name="frame"/>, which starts at the Ethernet header.
    /// </summary>
    /// <param name="frame">The frame as received, without the vnet header; may carry padding behind the IP packet.</param>
    /// <param name="gsoSize">Segment size from the vnet header when it says GSO_UDP_L4, else 0.</param>
    /// <param name="checksumTrusted">The vnet header said NEEDS_CSUM or DATA_VALID: the UDP checksum need not be verified.</param>
    /// <param name="parsed">Filled when the result is <see cref="DropReason.None"/>; undefined otherwise.</param>
    public static DropReason Parse(ReadOnlySpan<byte> frame, int gsoSize, bool checksumTrusted, out ParsedFrame parsed)
    {
        parsed = default;
        return DropReason.Runt;
    }
}

using System.Globalization;

namespace Mcr.Specs.Bench;

/// <summary>
/// How many datagrams of one size a device has received, told from its byte and frame counters: a merged frame carries its headers once
/// and many payloads, so bytes = frames × headers + datagrams × size, whatever was merged. No socket has to look at them, so counting
/// costs the measured machine nothing. An ARP frame is as long as the headers and counts as no datagram.
/// </summary>
internal static class DatagramCount
{
    /// <summary>Ethernet, IPv4 without options, UDP: what a veth counts of a frame beside the payload.</summary>
    public const int Headers = 14 + 20 + 8;

    public static long Of(long bytes, long frames, int size) => (bytes - (frames * Headers)) / size;

    /// <summary>Received bytes and frames of a device, as /proc/net/dev prints them.</summary>
    public static (long Bytes, long Frames) Parse(string table, string device)
    {
        string line = table.Split('\n').Single(l => l.TrimStart().StartsWith(device + ":", StringComparison.Ordinal));
        string[] columns = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (long.Parse(columns[0], CultureInfo.InvariantCulture), long.Parse(columns[1], CultureInfo.InvariantCulture));
    }
}

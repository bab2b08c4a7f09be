using System.Globalization;
using Mcr.Native.Interop;

namespace Mcr.Native.Kernel;

/// <summary>What this kernel can do for a relay, probed once at start.</summary>
/// <param name="Release">As uname(2) has it: <c>6.18.5-amd64</c>.</param>
/// <param name="MergedFrames">Merged frames arrive whole with their segment size: PACKET_VNET_HDR with UDP GRO, Linux 6.2.</param>
/// <param name="Segmentation">UDP_SEGMENT is known, Linux 4.18.</param>
/// <param name="SegmentationAnywhere">Also on devices without checksum offload, Linux 6.11.</param>
public sealed record KernelFeatures(string Release, bool MergedFrames, bool Segmentation, bool SegmentationAnywhere)
{
    public static KernelFeatures Probe()
    {
        string release = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        Version version = ParseRelease(release);
        return new KernelFeatures(
            release,
            MergedFrames: version >= new Version(6, 2),
            Segmentation: HasSegmentation(),
            SegmentationAnywhere: version >= new Version(6, 11));
    }

    /// <summary>For the log at start: what is there and what happens without it.</summary>
    public IEnumerable<string> Describe()
    {
        yield return MergedFrames
            ? "merged frames (GRO, GSO senders) are received whole"
            : "merged frames need Linux 6.2: a sender that uses UDP_SEGMENT is not relayed completely, and GRO must stay off on inputs";
        if (!Segmentation)
            yield return "UDP_SEGMENT is not known (Linux 4.18): every datagram costs a send of its own";
        else if (SegmentationAnywhere)
            yield return "runs of datagrams are sent with UDP_SEGMENT on every device";
        else
            yield return "UDP_SEGMENT works on devices with checksum offload only (any device: Linux 6.11); others get plain sends";
    }

    /// <summary>The leading numbers of a release name; 0.0 when it has none.</summary>
    internal static Version ParseRelease(string release)
    {
        string[] parts = release.Split('.', '-', '+');
        return parts.Length >= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
                ? new Version(major, minor)
                : new Version(0, 0);
    }

    private static bool HasSegmentation()
    {
        try
        {
            using FileDescriptor socket = SocketOptions.Open(Libc.AF_INET, Libc.SOCK_DGRAM, 0, "probe");
            SocketOptions.Set(socket, Libc.IPPROTO_UDP, Libc.UDP_SEGMENT, 1000, "UDP_SEGMENT");
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }
}

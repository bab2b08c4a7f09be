using System.Globalization;
using Mcr.Native.Interop;

namespace Mcr.Native.Privileges;

/// <summary>
/// What this process may do, read once at start from /proc/self. What mcrd loses without each one is in <see cref="Consequences"/>.
/// </summary>
public sealed record Capabilities(ulong Effective, bool CanBeNobody)
{
    public const uint Nobody = 65534;

    private static readonly (int Capability, string Name, string Consequence)[] Needs =
    [
        (Libc.CAP_NET_ADMIN, "CAP_NET_ADMIN", "socket buffers are limited by net.core.rmem_max and wmem_max, so bursts may be lost"),
        (Libc.CAP_SETPCAP, "CAP_SETPCAP", "workers keep their capability bounding set"),
        (Libc.CAP_SETUID, "CAP_SETUID", "workers run as the user of mcrd"),
        (Libc.CAP_SETGID, "CAP_SETGID", "workers run with the groups of mcrd"),
        (Libc.CAP_SYS_NICE, "CAP_SYS_NICE", "workers run at ordinary priority, so datagrams wait for milliseconds while the host is busy"),
        (Libc.CAP_KILL, "CAP_KILL", "a worker that hangs cannot be killed once it has changed its user"),
    ];

    /// <summary>Whose process this is.</summary>
    public static uint User => Libc.geteuid();

    /// <summary>The group of this process.</summary>
    public static uint Group => Libc.getegid();

    /// <summary>AF_PACKET sockets: without it nothing can be relayed.</summary>
    public bool CanOpenPacketSockets => Has(Libc.CAP_NET_RAW);

    /// <summary>New network namespaces and devices in them.</summary>
    public bool CanMakeNamespaces => Has(Libc.CAP_SYS_ADMIN) && Has(Libc.CAP_NET_ADMIN);

    /// <summary>Workers can be given uid and gid 65534: both are mapped in our user namespace and we may change to them.</summary>
    public bool CanChangeUser => CanBeNobody && Has(Libc.CAP_SETUID) && Has(Libc.CAP_SETGID);

    /// <summary>One sentence for each missing right that only weakens us.</summary>
    public IEnumerable<string> Consequences()
    {
        foreach ((int capability, string name, string consequence) in Needs)
        {
            if (!Has(capability))
                yield return $"without {name} {consequence}";
        }

        if (!CanBeNobody)
            yield return "this user namespace has no user 65534, so workers run as the user of mcrd (all other restrictions hold)";
    }

    public static Capabilities Read()
    {
        ulong effective = 0;
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("CapEff:", StringComparison.Ordinal))
                effective = ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        return new Capabilities(effective, IsMapped("/proc/self/uid_map") && IsMapped("/proc/self/gid_map"));
    }

    private bool Has(int capability) => (Effective & (1UL << capability)) != 0;

    /// <summary>user_namespaces(7): lines of first inside id, first outside id, length.</summary>
    private static bool IsMapped(string map) => File.ReadLines(map).Any(line =>
    {
        string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 3 && uint.TryParse(parts[0], out uint first) && uint.TryParse(parts[2], out uint length) && Nobody >= first && Nobody - first < length;
    });
}

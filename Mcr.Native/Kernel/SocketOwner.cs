using System.Globalization;

namespace Mcr.Native.Kernel;

/// <summary>The process that has a socket open, found by the links in /proc/PID/fd, of which we may read our own and, with the right to, those of others.</summary>
/// <param name="Program">Its name, as /proc/PID/comm has it.</param>
public sealed record SocketOwner(int Pid, string Program)
{
    /// <summary>Links that are looked at in one search; a host with more has owners that are not found.</summary>
    private const int MostLinks = 100_000;

    /// <summary>Those of the sockets that we have open ourselves.</summary>
    public static HashSet<ulong> Ours(IReadOnlySet<ulong> inodes) => [.. Links("/proc/self/fd").Where(inodes.Contains)];

    /// <summary>The first process that has each open, as far as we may know.</summary>
    public static Dictionary<ulong, SocketOwner> Find(IReadOnlySet<ulong> inodes)
    {
        var owners = new Dictionary<ulong, SocketOwner>();
        int left = MostLinks;
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                continue;
            foreach (ulong inode in Links(Path.Combine(directory, "fd")))
            {
                if (inodes.Contains(inode))
                    owners.TryAdd(inode, new SocketOwner(pid, Name(directory)));
                if (--left == 0 || owners.Count == inodes.Count)
                    return owners;
            }
        }

        return owners;
    }

    /// <summary>Inodes of the sockets that a directory of descriptors links to (0 for what is none); what cannot be read, or ends meanwhile, has none.</summary>
    private static IEnumerable<ulong> Links(string directory)
    {
        string[] links;
        try
        {
            links = Directory.GetFileSystemEntries(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (string link in links)
            yield return Inode(link);
    }

    private static ulong Inode(string link)
    {
        const string Prefix = "socket:[";
        try
        {
            return new FileInfo(link).LinkTarget is { } target && target.LastIndexOf(Prefix, StringComparison.Ordinal) is >= 0 and var at
                && ulong.TryParse(target.AsSpan(at + Prefix.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode) ? inode : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static string Name(string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, "comm")).TrimEnd('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }
}

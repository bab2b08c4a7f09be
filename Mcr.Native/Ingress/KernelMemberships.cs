using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace Mcr.Native.Ingress;

/// <summary>What the kernel has of memberships, by its lists in /proc/net (of the calling thread's namespace).</summary>
internal static class KernelMemberships
{
    private const string Lists = "/proc/thread-self/net";

    /// <returns>The groups of a device, with a null source, and what is joined of single sources.</returns>
    public static IReadOnlySet<(IPAddress Group, IPAddress? Source)> Of(int index)
    {
        var present = new HashSet<(IPAddress, IPAddress?)>();
        ReadGroups(Lines("igmp"), index, present);
        foreach (string[] words in Rows("igmp6", index)) // 2 eth0 ff3e…0001 1 00000004 0
            present.Add((FromHex(words[2]), null));
        foreach (string list in new[] { "mcfilter", "mcfilter6" }) // 2 eth0 0xe8010101 0x0a090007 1 0
        {
            foreach (string[] words in Rows(list, index).Where(w => w[4] != "0"))
                present.Add((FromHex(words[2]), FromHex(words[3])));
        }

        return present;
    }

    /// <returns>The IGMP version of the oldest querier heard on a device, 1 to 3; null for a device without IPv4.</returns>
    public static int? QuerierOf(int index) =>
        Lines("igmp").Where(l => !l.StartsWith('\t')).Select(Words).FirstOrDefault(w => w[0] == Text(index))?[^1] is ['V', var version] ? version - '0' : null;

    /// <summary>
    /// A line for each device, and below it one for each group, whose number is that of the four bytes as the machine stores them:
    /// <code>
    /// 2	eth0      :     3      V3
    /// 				010101EF     1 0:00000000		0
    /// </code>
    /// </summary>
    private static void ReadGroups(IEnumerable<string> lines, int index, HashSet<(IPAddress, IPAddress?)> present)
    {
        bool isOurs = false;
        foreach (string line in lines.Skip(1))
        {
            string[] words = Words(line);
            if (!line.StartsWith('\t'))
                isOurs = words[0] == Text(index);
            else if (isOurs && uint.TryParse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint group))
                present.Add((new IPAddress(MemoryMarshal.AsBytes(new Span<uint>(ref group))), null));
        }
    }

    private static IEnumerable<string[]> Rows(string list, int index) => Lines(list).Select(Words).Where(w => w.Length > 5 && w[0] == Text(index));

    private static string[] Words(string line) => line.Split(null as char[], StringSplitOptions.RemoveEmptyEntries);

    private static string Text(int index) => index.ToString(CultureInfo.InvariantCulture);

    /// <summary>With 0x in front in IPv4.</summary>
    private static IPAddress FromHex(string word) => new(Convert.FromHexString(word.StartsWith("0x", StringComparison.Ordinal) ? word[2..] : word));

    /// <summary>A kernel without one of the families has no such list.</summary>
    private static string[] Lines(string list) => File.Exists($"{Lists}/{list}") ? File.ReadAllLines($"{Lists}/{list}") : [];
}

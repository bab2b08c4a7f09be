using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Mcr.Native.Kernel;

/// <summary>A multicast route of the kernel that forwards: what comes from <paramref name="Origin"/> (any, when it is 0.0.0.0 or ::) to the group.</summary>
/// <param name="Input">Device.</param>
/// <param name="Outputs">Devices, at least one.</param>
public sealed record MulticastRoute(IPAddress Group, IPAddress Origin, string Input, ImmutableArray<string> Outputs)
{
    /// <summary>Of the namespace's default tables, IPv4 and IPv6.</summary>
    /// <exception cref="IOException">they cannot be read.</exception>
    public static ImmutableArray<MulticastRoute> ReadAll() =>
        [.. Parse(ProcNet.Read("ip_mr_vif"), ProcNet.Read("ip_mr_cache")), .. Parse(ProcNet.Read("ip6_mr_vif"), ProcNet.Read("ip6_mr_cache"))];

    /// <summary>
    /// Pure. What cannot be read is passed over.
    /// <code>
    /// Interface      BytesIn  PktsIn  BytesOut PktsOut Flags Local    Remote
    ///  0 in0             180       1         0       0 00000 0200010A 00000000
    /// Group    Origin   Iif     Pkts    Bytes    Wrong Oifs
    /// 010101EF 0100010A 0          1      180        0  1:1    2:1
    /// </code>
    /// Groups of IPv6 are written with colons.
    /// </summary>
    public static IEnumerable<MulticastRoute> Parse(string interfaces, string cache)
    {
        var names = new Dictionary<int, string>();
        foreach (string[] words in Rows(interfaces, 6))
        {
            if (TryParse(words[0], out int index))
                names[index] = words[1];
        }

        foreach (string[] words in Rows(cache, 7))
        {
            if (TryParseAddress(words[0], out IPAddress group) && TryParseAddress(words[1], out IPAddress origin)
                && TryParse(words[2], out int input) && names.TryGetValue(input, out string? device)
                && Names(words.AsSpan(6), names) is { IsEmpty: false } outputs)
                yield return new MulticastRoute(group, origin, device, outputs);
        }
    }

    private static ImmutableArray<string> Names(ReadOnlySpan<string> outputs, Dictionary<int, string> names)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        foreach (string output in outputs)
        {
            if (TryParse(output.Split(':')[0], out int index) && names.TryGetValue(index, out string? name))
                found.Add(name);
        }

        return found.ToImmutable();
    }

    private static IEnumerable<string[]> Rows(string text, int least) =>
        text.Split('\n').Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length >= least);

    private static bool TryParse(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool TryParseAddress(string text, out IPAddress address)
    {
        if (!text.Contains(':'))
            return ProcNet.TryParseWords(text, out address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        bool isAddress = IPAddress.TryParse(text, out IPAddress? parsed) && parsed.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        address = parsed ?? IPAddress.None;
        return isAddress;
    }
}

using System.Text.Json;
using Mcr.Native.Egress;
using Mcr.Native.Packet;

namespace Mcr.Actors.Control;

/// <summary>Why datagrams did not go where they should, as it is written on the control socket and in the log. Pure.</summary>
internal static class ReasonNames
{
    /// <summary>Of an output, by the number of <see cref="EgressError"/>: full, down, unreachable, refused, too_long, rate_limit, ttl_expired, other.</summary>
    public static readonly string[] Errors = [.. Enum.GetNames<EgressError>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>Of a worker, by the number of <see cref="DropReason"/>: none, runt, bad_ip_header …</summary>
    public static readonly string[] Drops = [.. Enum.GetNames<DropReason>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>Those that there have been, in their order.</summary>
    public static SortedDictionary<string, long> Named(IEnumerable<long> counts, string[] names) =>
        new(counts.Zip(names).Where(c => c.First != 0).ToDictionary(c => c.Second, c => c.First), Comparer<string>.Create((a, b) => Array.IndexOf(names, a).CompareTo(Array.IndexOf(names, b))));

    /// <summary>For a sentence: <c>runt 3, bad_length 4</c>.</summary>
    public static string Sentence(IEnumerable<long> counts, string[] names) => string.Join(", ", Named(counts, names).Select(c => $"{c.Key} {c.Value}"));
}

using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Mcr.Native.Rules;

namespace Mcr.Specs.Bench;

/// <summary>What the lookup of a datagram's rule costs, by the number of rules.</summary>
internal static class Lookup
{
    public const string Method =
        """
        Nanoseconds for one `RuleTable.TryFind`, median of the rounds and in brackets the least and the most: of one million lookups each, in one thread.
        "One stream" looks up the same rule again and again, as a relay does while a stream's datagrams follow each other; "eight streams" takes
        turns; "every rule" looks up all rules in random order, so that with many rules no lookup finds the table in the CPU's nearest caches: what
        the cost grows by there is the memory's, and not a matter of more steps. "No rule" is a destination that no rule has, another each time.
        With sources, every second rule is for one source only, and each lookup is two: with the source and without.

        """;

    public const int Rounds = 21;

    private const int Lookups = 1_000_000;
    private const int Queries = 1 << 16; // read in order, so that they come by themselves
    private const int FirstPort = 5000;

    private static readonly int[] s_rules = [1, 100, 10_000, 60_000];

    public static IEnumerable<ReportTable> Run(CancellationToken stop)
    {
        yield return Table("IPv4, any source", "239.0.0.0", withSources: false, stop);
        yield return Table("IPv4, with sources", "239.0.0.0", withSources: true, stop);
        yield return Table("IPv6, any source", "ff05::1:0:0", withSources: false, stop);
    }

    private static ReportTable Table(string title, string firstGroup, bool withSources, CancellationToken stop) => new(
        title,
        ["rules", "one stream", "eight streams", "every rule", "no rule"],
        [.. s_rules.Select(rules => Row(rules, Addresses.ToNumber(IPAddress.Parse(firstGroup)), withSources, stop))]);

    private static string[] Row(int rules, UInt128 firstGroup, bool withSources, CancellationToken stop)
    {
        var source = Addresses.ToNumber(IPAddress.Parse("10.1.2.3"));
        RuleKey KeyOf(int i) => new(firstGroup + (UInt128)(i / 4), (ushort)(FirstPort + (i % 4)), withSources && i % 2 == 1 ? source : 0);
        RuleKey[] keys = [.. Enumerable.Range(0, rules).Select(KeyOf)];
        var table = new RuleTable(keys, [.. keys.Select((_, i) => new RuleEntry(i, i, 1))]);
        var random = new Random(1);
        RuleKey Asked(int i) => keys[i] with { Source = source };
        return
        [
            FormattableString.Invariant($"{rules:N0}"),
            Measure(table, i => Asked(rules / 2), Lookups, stop),
            Measure(table, i => Asked((int)((long)(i % 8) * rules / 8)), Lookups, stop),
            Measure(table, _ => Asked(random.Next(rules)), Lookups, stop),
            Measure(table, _ => KeyOf(random.Next(Queries)) with { Port = 4000, Source = source }, 0, stop),
        ];
    }

    private static string Measure(RuleTable table, Func<int, RuleKey> query, int hits, CancellationToken stop)
    {
        RuleKey[] queries = [.. Enumerable.Range(0, Queries).Select(query)];
        double[] rounds = [.. Enumerable.Range(0, Rounds + 1).Select(_ =>
        {
            stop.ThrowIfCancellationRequested();
            long began = Stopwatch.GetTimestamp();
            int found = Find(table, queries);
            double nanoseconds = Stopwatch.GetElapsedTime(began).TotalNanoseconds;
            return found == hits ? nanoseconds / Lookups : throw new BenchException($"{found} of {Lookups} lookups found a rule, and {hits} should have");
        }).Skip(1)]; // the first one warms up
        Array.Sort(rounds);
        return FormattableString.Invariant($"{rounds[Rounds / 2]:F1} ({rounds[0]:F1}–{rounds[^1]:F1})");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Find(RuleTable table, RuleKey[] queries)
    {
        int found = 0;
        for (int i = 0; i < Lookups; i++)
        {
            ref readonly RuleKey query = ref queries[i & (Queries - 1)];
            found += table.TryFind(query.Group, query.Port, query.Source, out _) ? 1 : 0;
        }

        return found;
    }
}

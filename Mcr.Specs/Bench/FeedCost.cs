using Mcr.Native.Rules;

namespace Mcr.Specs.Bench;

/// <summary>What it costs the loop to make one stream of two inputs, for each datagram that comes in.</summary>
internal static class FeedCost
{
    public const string Method =
        """
        Nanoseconds for each datagram that comes in by any input, all that a worker does but the kernel's part: parse, match, merge, count, queue, and trains to a sink of memory; median of the rounds and in brackets
        the least and the most, of 4,096 datagrams of each input, all variants by turns. Of two inputs half of the datagrams are not sent, which costs a kernel much more than here: beside real sockets the ratio is smaller.

        """;

    private const int Rounds = 201;
    private const int WarmUp = 500; // the loop is compiled again while it runs
    private const double Most = 1.5;

    private static readonly int[] Payloads = [200, 1316];

    private static readonly Variant[] Variants =
    [
        new("plain, one input", null, (_, _) => false),
        new("merge by RTP, both have all", Merge(SelectKeyKind.Rtp), (_, _) => false),
        new("merge by RTP, each loses 10 %", Merge(SelectKeyKind.Rtp), (input, number) => number % 10 == (input == 0 ? 3 : 7)),
        new("merge by RTP, hold = 0", Merge(SelectKeyKind.Rtp) with { HoldMilliseconds = 0 }, (input, number) => number % 10 == (input == 0 ? 3 : 7)),
        new("merge by content", Merge(SelectKeyKind.Content) with { HoldMilliseconds = 0 }, (_, _) => false),
    ];

    public static IEnumerable<ReportTable> Run(CancellationToken stop)
    {
        yield return new ReportTable("The loop, a datagram that comes in", ["payload", .. Variants.Select(v => v.Name)], [.. Payloads.SelectMany(payload => Rows(payload, stop))]);
        foreach (ReportTable table in FeedWorkers.Run(stop))
            yield return table;
    }

    private static IEnumerable<string[]> Rows(int payload, CancellationToken stop)
    {
        FeedLoopCost[] loops = [.. Variants.Select(v => new FeedLoopCost(payload, v.Select, v.Loses))];
        double[][] figures = [.. Variants.Select(_ => new double[Rounds])];
        try
        {
            for (int round = -WarmUp; round < Rounds; round++)
            {
                stop.ThrowIfCancellationRequested();
                for (int i = 0; i < loops.Length; i++)
                {
                    double nanoseconds = loops[i].Round();
                    if (round >= 0)
                        figures[i][round] = nanoseconds;
                }
            }
        }
        finally
        {
            foreach (FeedLoopCost loop in loops)
                loop.Dispose();
        }

        string[] ratios = [.. figures.Select(f => Ratio([.. f.Zip(figures[0], (with, without) => with / without)]))];
        yield return [FormattableString.Invariant($"{payload:N0}"), .. figures.Select(Text)];
        yield return ["times plain", .. ratios];
    }

    private static string Ratio(double[] ratios)
    {
        Array.Sort(ratios);
        double median = ratios[ratios.Length / 2];
        return FormattableString.Invariant($"{median:F2}{(median > Most ? " (more than 1.5)" : "")}");
    }

    private static string Text(double[] rounds)
    {
        Array.Sort(rounds);
        return FormattableString.Invariant($"{rounds[Rounds / 2]:F0} ({rounds[0]:F0}–{rounds[^1]:F0})");
    }

    private static SelectSettings Merge(SelectKeyKind kind) => new(SelectMode.Merge, new SelectKey(kind));

    private sealed record Variant(string Name, SelectSettings? Select, Func<int, int, bool> Loses);
}

using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

/// <summary>The paths of <see cref="MergeNetworkSpecs"/> without a network: the merge alone, by a clock of the spec's own, so that each run is the same.</summary>
public sealed class ImpairedMergeSpecs(ITestOutputHelper output)
{
    private const long Turn = 300_000; // nanoseconds

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(40)]
    public void Every_datagram_that_one_path_has_should_come_out_once_and_in_order(int wander)
    {
        Impairment[] paths =
        [
            Impairments.Loses(7, 0.1).And(Impairments.LosesBursts(8, 20)).And(Impairments.Alternates(0)).And(Impairments.Reorders(9, 0.1, 2)),
            Impairments.Loses(10, 0.1).And(Impairments.LosesBursts(11, 20)).And(Impairments.Reorders(12, 0.1, 2)).And(Impairments.Wanders(wander)),
        ];
        using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Rtp));
        const int Count = 6 * ImpairedPaths.Rate;
        const int Clean = ImpairedPaths.Rate / 10; // at the beginning and at the end
        var late = new PriorityQueue<(int Path, long Index), long>();
        bool[] carried = new bool[Count];
        long start = probe.Now;
        for (long index = 0; index < Count; index++)
        {
            for (int path = 0; path < paths.Length; path++)
            {
                long delay = index < Clean || index >= Count - Clean ? 0 : paths[path](index);
                if (delay == Impairments.Dropped)
                    continue;
                carried[index] = true;
                late.Enqueue((path, index), ((start + (index * 1_000_000_000L / ImpairedPaths.Rate) + delay) / Turn * Turn * 2) + path);
            }
        }

        while (late.TryDequeue(out (int Path, long Index) next, out long due))
        {
            due /= 2;
            if (due > probe.Now)
            {
                probe.Expire();
                probe.Now = due;
            }

            _ = probe.Take(next.Path, MergePayload.Rtp((ushort)next.Index, 1, next.Index), next.Index);
        }

        probe.RunUntil(probe.Now + (200 * MergeProbe.Millisecond));
        long[] expected = [.. Enumerable.Range(0, Count).Where(i => carried[i]).Select(i => (long)i)];
        long[] got = [.. probe.Out.Select(o => o.Index)];
        output.WriteLine($"expected {expected.Length}, got {got.Length}; astray {probe.Of(0, SelectBlock.Astray)} and {probe.Of(1, SelectBlock.Astray)}, late {probe.Of(0, SelectBlock.Late)} and {probe.Of(1, SelectBlock.Late)}; missing {string.Join(' ', expected.Except(got).Take(100))}");
        Assert.Equal(expected, got);
    }
}

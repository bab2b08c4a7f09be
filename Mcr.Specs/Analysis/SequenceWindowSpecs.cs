using CsCheck;
using Mcr.Native.Analysis;

namespace Mcr.Specs.Analysis;

/// <summary>What is counted of sequence numbers, against a model that remembers each number and knows no wrap.</summary>
public sealed class SequenceWindowSpecs
{
    /// <summary>How far from where the last one ended the next datagram begins, mostly a little.</summary>
    private static readonly Gen<long> Steps = Gen.Frequency(
        (12, Gen.Const(0L)), (4, Gen.Long[1, 6]), (6, Gen.Long[-8, -1]), (2, Gen.Long[-70, 70]), (1, Gen.Long[-120, 120]), (1, Gen.Long[-40_000, 40_000]), (1, Gen.Long[-2_000_000, 2_000_000]));

    private static readonly Gen<int> Counts = Gen.Frequency((8, Gen.Const(1)), (2, Gen.Const(0)), (2, Gen.Int[2, 5]), (1, Gen.Int[6, 200]), (1, Gen.Int[0, 2_000]));

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    [Trait("kind", "fuzz")]
    public unsafe void Window_should_count_what_a_list_of_all_numbers_counts(int width) =>
        Gen.Select(Gen.ULong, Gen.Select(Steps, Counts).Array[1, 60]).Sample(
            (start, moves) =>
            {
                using var words = new PinnedWords(StreamBlock.Flow.Words);
                long* flow = words.Pointer;
                ulong mask = ulong.MaxValue >> (64 - width);
                long reach = (long)Math.Min(mask >> 1, 3_000_000);
                var model = new Model(1_000_000_000_000, 1);
                Int128 origin = (Int128)start - 1_000_000_000_000; // so that some of them wrap
                SequenceWindow.Begin(flow, (ulong)(model.Next - 1 + origin) & mask, 1, mask);
                foreach ((long step, int count) in moves)
                {
                    long from = Math.Clamp(step, -reach, reach); // anything further is nearer from the other side
                    int numbers = (int)Math.Min(count, reach / 2);
                    Int128 position = model.Next + from;
                    model.Take(position, numbers);
                    SequenceWindow.Take(flow, (ulong)(position + origin) & mask, numbers, mask);
                    long[] counts =
                    [
                        flow[StreamBlock.Flow.Lost], flow[StreamBlock.Flow.Gaps], flow[StreamBlock.Flow.Reordered], flow[StreamBlock.Flow.Duplicates],
                        flow[StreamBlock.Flow.Restarts], flow[StreamBlock.Flow.Strays], flow[StreamBlock.Flow.LongestGap],
                    ];
                    Assert.Equal(model.Counts, counts);
                    Assert.Equal((ulong)(model.Next + origin) & mask, (ulong)flow[StreamBlock.Flow.Next]);
                }
            },
            iter: 2_000);

    [Fact]
    public void One_that_is_missing_should_be_lost_and_no_longer_when_it_comes_late()
    {
        using var probe = new StreamProbe(AnalysisSettings.Sequence(new SequenceField(0, 8)));
        Take(probe, 254, 255, 1, 2);
        Assert.Equal(new SequenceTotals(4, 1, 1, 0, 0, 0, 0), probe.Sequence);
        Take(probe, 0);
        Assert.Equal(new SequenceTotals(5, 0, 1, 1, 0, 0, 0), probe.Sequence);
        Take(probe, 0, 3);
        Assert.Equal(new SequenceTotals(7, 0, 1, 1, 1, 0, 0), probe.Sequence);
    }

    [Fact]
    public void Flow_that_another_worker_had_meanwhile_should_go_on_anywhere_once()
    {
        using var probe = new StreamProbe(AnalysisSettings.Sequence(new SequenceField(0, 8)));
        Take(probe, 1, 2);
        TakeOver(probe, 1);
        Take(probe, 60, 61);
        TakeOver(probe, 1);
        Take(probe, 63);
        Assert.Equal(new SequenceTotals(5, 1, 1, 0, 0, 0, 0), probe.Sequence);
        TakeOver(probe, 2);
        Take(probe, 64, 66);
        Assert.Equal(new SequenceTotals(7, 2, 2, 0, 0, 0, 0), probe.Sequence);
    }

    private static unsafe void TakeOver(StreamProbe probe, long since) => PayloadAnalyser.TakeOver(probe.Block, since);

    private static void Take(StreamProbe probe, params byte[] numbers)
    {
        foreach (byte number in numbers)
            probe.Take([number]);
    }

    /// <summary>Numbers that do not wrap, and all that came.</summary>
    private sealed class Model(Int128 first, int count)
    {
        private readonly HashSet<Int128> _came = [];
        private Int128 _allBefore = first + count;
        private Int128? _candidate;

        public Int128 Next { get; private set; } = first + count;

        public long[] Counts { get; } = new long[7]; // lost, gaps, reordered, duplicates, restarts, strays, longest gap

        public void Take(Int128 position, int count)
        {
            Int128 ahead = position - Next;
            Int128[] numbers = [.. Enumerable.Range(0, count).Select(i => position + i)];
            bool isFar = ahead < -64 && position + Math.Max(1, count) <= Next - 64;
            if (ahead >= 0 && ahead <= SequenceWindow.MaxLoss)
            {
                Counts[0] += (long)ahead;
                Counts[1] += ahead > 0 ? 1 : 0;
                Counts[6] = Math.Max(Counts[6], (long)ahead);
                Advance(numbers, position + count);
            }
            else if (ahead < 0 && !isFar)
            {
                Int128[] late = [.. numbers.Where(n => n < Next && n >= Next - 64)];
                if (late.Length == 0)
                    return;
                int missing = late.Count(n => n >= _allBefore && !_came.Contains(n));
                bool goesOn = position + count > Next;
                Counts[0] -= missing;
                Counts[2] += missing > 0 ? 1 : 0;
                Counts[3] += missing == 0 && !goesOn ? 1 : 0;
                _came.UnionWith(late);
                if (goesOn)
                    Advance(numbers, position + count);
            }
            else if (_candidate == position)
            {
                Counts[4]++;
                Counts[5]--;
                _came.Clear();
                Next = _allBefore = position + count;
                _candidate = null;
            }
            else
            {
                Counts[5]++;
                _candidate = position + count;
            }
        }

        private void Advance(Int128[] numbers, Int128 next)
        {
            _came.UnionWith(numbers);
            Next = next;
            _candidate = null;
        }
    }
}

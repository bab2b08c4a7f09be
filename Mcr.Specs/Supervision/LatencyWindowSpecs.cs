using CsCheck;
using Mcr.Actors.Interfaces;
using Mcr.Native.Analysis;

namespace Mcr.Specs.Supervision;

public sealed class LatencyWindowSpecs
{
    private static readonly Gen<(int Bucket, int Count)[][]> Traffic =
        Gen.Select(Gen.Int[0, LatencyHistogram.Buckets - 1], Gen.Int[0, 1000]).Array[0, 6].Array[1, 30];

    /// <summary>Against all samples kept whole.</summary>
    [Fact]
    public void It_should_know_the_last_ten_samples_and_no_more() =>
        Traffic.Sample(seconds =>
        {
            long[] total = new long[LatencyHistogram.Buckets];
            total[3] = 77; // before it began
            var window = new LatencyWindow(total);
            Assert.True(window.IsEmpty);
            var history = new List<long[]> { total.ToArray() };
            foreach ((int Bucket, int Count)[] second in seconds)
            {
                foreach ((int bucket, int count) in second)
                    total[bucket] += count;
                window.Sample(total);
                history.Add(total.ToArray());
                long[] then = history[Math.Max(0, history.Count - 1 - LatencyWindow.Samples)];
                long[] expected = [.. total.Zip(then, (now, before) => now - before)];
                Assert.Equal(expected, window.Recent);
                Assert.Equal(expected.All(n => n == 0), window.IsEmpty);
            }
        });
}

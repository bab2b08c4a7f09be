using CsCheck;
using Mcr.Host.Mcrgen;

namespace Mcr.Specs.Generator;

public sealed class LatencyHistogramSpecs
{
    [Fact]
    public void A_percentile_should_be_right_within_a_128th_and_never_too_low()
    {
        Gen<long> anyMagnitude = Gen.Int[0, 62].SelectMany(bits => Gen.Long[0, 1L << bits]);
        Gen.Select(anyMagnitude.Array[1, 200], Gen.Double[0, 1]).Sample((values, fraction) =>
        {
            var histogram = new LatencyHistogram();
            foreach (long value in values)
                histogram.Record(value);

            long exact = values.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(fraction * values.Length) - 1));
            long told = histogram.Percentile(fraction);
            Assert.InRange(told, exact, exact + exact / 128);
        });
    }

    [Fact]
    public void The_largest_value_should_be_exact()
    {
        var histogram = new LatencyHistogram();
        foreach (long value in new long[] { 1_000_003, 17, 4_200_000_001, 12 })
            histogram.Record(value);

        Assert.Equal((4, 4_200_000_001, 4_200_000_001), (histogram.Count, histogram.Max, histogram.Percentile(1)));
    }

    [Fact]
    public void Clocks_that_disagree_should_count_as_no_latency()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(-5_000);

        Assert.Equal((1, 0, 0), (histogram.Count, histogram.Max, histogram.Percentile(0.5)));
    }
}

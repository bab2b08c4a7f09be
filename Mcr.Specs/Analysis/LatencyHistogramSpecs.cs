using CsCheck;
using Mcr.Native.Analysis;

namespace Mcr.Specs.Analysis;

/// <summary>Buckets of time between arrival and send.</summary>
public sealed class LatencyHistogramSpecs
{
    private const long Least = 1024; // nanoseconds
    private const long Most = 1L << 33;

    private static readonly Gen<long> AnyMagnitude = Gen.Select(Gen.Int[0, 34], Gen.Double[1, 2]).Select((octave, part) => (long)((1L << octave) * part));

    [Fact]
    public void Bucket_should_hold_what_is_at_most_an_eighth_less_than_its_bound() => AnyMagnitude.Sample(time =>
    {
        int bucket = LatencyHistogram.BucketOf(time);
        Assert.InRange(bucket, 0, LatencyHistogram.Buckets - 1);
        if (time is < Least or >= Most)
            return;
        long bound = LatencyHistogram.UpperBound(bucket);
        Assert.True(time < bound && bound <= time * 1.125 + 1, $"{time} in a bucket up to {bound}");
    });

    [Fact]
    public void Longer_times_should_never_be_in_an_earlier_bucket() =>
        Gen.Select(AnyMagnitude, AnyMagnitude).Sample((a, b) => Math.Sign(LatencyHistogram.BucketOf(Math.Max(a, b)) - LatencyHistogram.BucketOf(Math.Min(a, b))) >= 0);

    [Fact]
    public void Bounds_should_grow()
    {
        long[] bounds = [.. Enumerable.Range(0, LatencyHistogram.BucketOf(Most)).Select(LatencyHistogram.UpperBound)];
        Assert.True(bounds.Zip(bounds.Skip(1)).All(p => p.First < p.Second));
        Assert.Equal((Least, Most), (bounds[0], bounds[^1]));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    public void Time_of_a_clock_that_was_set_back_should_be_the_shortest(long time) => Assert.Equal(0, LatencyHistogram.BucketOf(time));

    [Fact]
    public void Percentile_should_be_the_exact_one_or_up_to_an_eighth_more() =>
        Gen.Select(AnyMagnitude.Array[1, 300], Gen.Double[0, 1]).Sample((times, share) =>
        {
            long[] counts = new long[LatencyHistogram.Buckets];
            foreach (long time in times)
                counts[LatencyHistogram.BucketOf(time)]++;
            long exact = Math.Clamp(times.Order().ElementAt(Math.Max(1, (int)Math.Ceiling(share * times.Length)) - 1), Least, Most);
            long told = LatencyHistogram.Percentile(counts, share);
            Assert.True(told >= exact && told <= (exact * 1.125) + 1, $"{share}: {told}, exactly {exact}");
        });

    [Fact]
    public void Nothing_should_have_no_percentile() => Assert.Equal(0, LatencyHistogram.Percentile(new long[LatencyHistogram.Buckets], 0.5));
}

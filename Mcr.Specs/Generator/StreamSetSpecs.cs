using Mcr.Host.Mcrgen;

namespace Mcr.Specs.Generator;

public sealed class StreamSetSpecs
{
    [Fact]
    public void Two_senders_should_not_be_taken_for_duplicates_of_each_other()
    {
        var streams = new StreamSet();
        for (ulong n = 0; n < 100; n++)
        {
            streams.TryAdd(1, n);
            streams.TryAdd(2, n + 50);
        }

        Assert.Equal((2, 200, 0, 0), (streams.Streams, streams.Unique, streams.Duplicated, streams.Missing()));
        Assert.Equal((0UL, 149UL), (streams.First, streams.Last));
    }

    [Theory]
    [InlineData(new ulong[] { 0, 1, 2, 3 }, 4, 0)]
    [InlineData(new ulong[] { 0, 1, 2 }, 4, 1)]
    [InlineData(new ulong[] { 1, 2, 3 }, 4, 1)]
    [InlineData(new ulong[] { 0, 1, 2, 4 }, 4, 1)]
    [InlineData(new ulong[] { }, 4, 4)]
    public void With_a_count_the_beginning_and_the_end_can_be_missing_too(ulong[] arrivals, long count, long missing)
    {
        var streams = new StreamSet();
        foreach (ulong sequence in arrivals)
            streams.TryAdd(7, sequence);

        Assert.Equal(missing, streams.MissingOf(count));
    }

    [Fact]
    public void The_number_of_streams_should_be_bounded()
    {
        var streams = new StreamSet();
        for (uint stream = 0; stream < StreamSet.MaxStreams; stream++)
            Assert.True(streams.TryAdd(stream, 0));

        Assert.False(streams.TryAdd(StreamSet.MaxStreams, 0));
        Assert.True(streams.TryAdd(0, 1));
    }
}

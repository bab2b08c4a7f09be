using Mcr.Specs.Bench;

namespace Mcr.Specs.BenchSpecs;

public sealed class DatagramCountSpecs
{
    [Theory]
    [InlineData(64)]
    [InlineData(1316)]
    [InlineData(8900)]
    public void Datagrams_should_be_told_apart_in_any_mix_of_single_and_merged_frames(int size)
    {
        int[] frames = [1, 1, 45, 7, 1, 2];
        long bytes = frames.Sum(datagrams => (long)DatagramCount.Headers + (datagrams * size));
        Assert.Equal(frames.Sum(), DatagramCount.Of(bytes, frames.Length, size));
    }

    [Fact]
    public void Arp_should_count_as_no_datagram() => Assert.Equal(3, DatagramCount.Of((3 * (42 + 64)) + (2 * 42), 5, 64));

    [Fact]
    public void Counters_of_a_device_should_be_read_from_the_kernels_table()
    {
        const string Table = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
              dst0:1405530    1035    0    0    0     0          0         0       42       1    0    0    0     0       0          0
            """;
        Assert.Equal((1_405_530, 1035), DatagramCount.Parse(Table, "dst0"));
    }
}

using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Interop;

namespace Mcr.Specs.Egress;

/// <summary>Which datagrams leave as one message.</summary>
public sealed class TrainSpecs
{
    public static TheoryData<string, (int Length, int Segment)[], int[]> Mixes => new()
    {
        { "equal singles", [(100, 0), (100, 0), (100, 0)], [300] },
        { "a shorter one ends a train", [(100, 0), (100, 0), (40, 0), (40, 0)], [240, 40] },
        { "a longer one begins a train", [(100, 0), (101, 0), (101, 0)], [100, 202] },
        { "a run, then singles like it", [(300, 100), (100, 0), (100, 0)], [500] },
        { "singles, then a run like them", [(100, 0), (300, 100), (100, 0)], [500] },
        { "two runs", [(300, 100), (250, 100)], [550] },
        { "a run with a short tail ends a train", [(250, 100), (100, 0)], [250, 100] },
        { "a run of others", [(100, 0), (150, 50), (50, 0)], [100, 200] },
        { "an empty one stays alone", [(100, 0), (0, 0), (0, 0), (100, 0)], [100, 0, 0, 100] },
        { "a run that is one datagram", [(100, 100), (100, 0)], [200] },
    };

    [Theory]
    [MemberData(nameof(Mixes))]
    public void Trains_should_be_made_of_what_is_equal_and_consecutive(string what, (int Length, int Segment)[] put, int[] expected)
    {
        using EgressBench bench = EgressBench.One();
        foreach ((int length, int segment) in put)
            bench.Put(length, segment);
        bench.Flush();
        Assert.True(expected.SequenceEqual(bench.Lengths), $"{what}: {string.Join(' ', bench.Lengths)}");
        Assert.Equal(put.Sum(p => p.Segment == 0 ? 1 : (p.Length + p.Segment - 1) / p.Segment), bench.Sent);
    }

    [Fact]
    public void Trains_should_have_as_many_datagrams_and_bytes_as_the_kernel_takes()
    {
        using EgressBench bench = EgressBench.One();
        for (int i = 0; i < 65; i++)
            bench.Put(100);
        bench.Put(6_600, 66); // 100 of them
        bench.Flush();
        Assert.Equal([6_400, 100, 64 * 66, 36 * 66], bench.Lengths);

        bench.Sink.Sent.Clear();
        for (int i = 0; i < 64; i++)
            bench.Put(1_316);
        bench.Flush();
        Assert.Equal([49 * 1_316, 15 * 1_316], bench.Lengths); // 65,507 bytes hold 49
    }

    [Fact]
    public void Trains_should_not_mix_outputs_and_keep_the_order_of_each()
    {
        IPAddress to = IPAddress.Parse("239.2.2.2");
        using var bench = new EgressBench(
            [new OutputTarget(to, 6000, 0, 0), new OutputTarget(to, 6001, 0, 1), new OutputTarget(to, 6002, 1, 2)],
            [new EgressSocket(10, EgressKind.Multicast), new EgressSocket(11, EgressKind.Multicast)]);
        for (int i = 0; i < 3; i++)
        {
            bench.Put(100, output: 0);
            bench.Put(200, output: 1);
            bench.Put(50, output: 2);
        }

        bench.Flush();
        Assert.Equal([(10, 300), (10, 600), (11, 150)], bench.Sink.Sent);
        Assert.Equal(2, bench.Sink.Calls);
    }

    [Fact]
    public void Trains_should_not_mix_type_of_service_and_time_to_live()
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { DecrementTtl = true });
        foreach ((byte tos, byte ttl) in new (byte, byte)[] { (0xB8, 9), (0xBB, 9), (0, 9), (0, 8), (0, 8) })
            bench.Put(100, tos: tos, ttl: ttl);
        bench.Flush();
        Assert.Equal([200, 100, 200], bench.Lengths);
        Assert.Equal([(8, 0xB8), (8, 0), (7, 0)], bench.Sink.Control);
    }

    [Fact]
    public void Control_messages_should_be_those_of_each_batch()
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { Dscp = 46 });
        bench.Put(100, tos: 0x20);
        bench.Flush();
        bench.Put(100);
        bench.Put(100);
        bench.Flush();
        bench.Put(100);
        bench.Flush();
        Assert.Equal([100], bench.Sink.Segments);
        Assert.Equal([(0, 0xB8), (0, 0xB8), (0, 0xB8)], bench.Sink.Control);
    }

    [Fact]
    public void Datagrams_longer_than_the_mtu_should_go_singly_so_that_the_kernel_fragments_them()
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { Mtu = 1_028 });
        bench.Put(2_000, 1_000);
        bench.Put(2_002, 1_001);
        bench.Flush();
        Assert.Equal([2_000, 1_001, 1_001], bench.Lengths);
        Assert.Equal(0, bench.Sink.Refusals);
    }

    [Fact]
    public void Datagrams_longer_than_the_mtu_should_be_counted_where_nobody_fragments()
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { Mtu = 1_028, Ttl = 1 }, kind: EgressKind.Packet);
        bench.Put(3_003, 1_001);
        bench.Put(1_000);
        bench.Flush();
        Assert.Equal([52 + 1_000], bench.Lengths);
        Assert.Equal(3, bench.Count(0, EgressError.TooLong));
    }

    [Theory]
    [InlineData(1, new[] { 100, 100, 100, 100, 100 })]
    [InlineData(2, new[] { 200, 200, 100 })]
    public void Trains_should_be_no_longer_than_max_burst(byte burst, int[] expected)
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { MaxBurst = burst });
        bench.Put(400, 100);
        bench.Put(100);
        bench.Flush();
        Assert.Equal(expected, bench.Lengths);
        Assert.Equal(5 / burst, bench.Count(0, EgressCounters.FirstTrainWord + EgressCounters.TrainBucket(burst)));
    }

    [Fact]
    public void Histogram_should_count_trains_by_length()
    {
        using EgressBench bench = EgressBench.One();
        foreach (int datagrams in new[] { 1, 2, 3, 4, 5, 8, 9, 33, 64 })
        {
            bench.Put(datagrams * 100, datagrams == 1 ? 0 : 100);
            bench.Flush();
        }

        Assert.Equal([1L, 1, 2, 2, 1, 0, 2, 0], Enumerable.Range(0, EgressCounters.TrainBuckets).Select(b => bench.Count(0, EgressCounters.FirstTrainWord + b)));
    }

    [Fact]
    public void Expired_datagrams_should_be_counted_and_not_sent()
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { DecrementTtl = true });
        bench.Put(100, ttl: 1);
        bench.Put(250, 100, ttl: 0);
        bench.Put(100, ttl: 2);
        bench.Flush();
        Assert.Equal([100], bench.Lengths);
        Assert.Equal([(1, 0)], bench.Sink.Control);
        Assert.Equal(4, bench.Count(0, EgressError.TtlExpired));
    }

    [Theory]
    [InlineData(Libc.EAGAIN, EgressError.Full)]
    [InlineData(Libc.ENOBUFS, EgressError.Full)]
    [InlineData(Libc.ENETDOWN, EgressError.Down)]
    [InlineData(Libc.ENXIO, EgressError.Down)]
    [InlineData(Libc.EHOSTUNREACH, EgressError.Unreachable)]
    [InlineData(Libc.EPERM, EgressError.Refused)]
    [InlineData(Libc.EMSGSIZE, EgressError.TooLong)]
    [InlineData(Libc.ENOMEM, EgressError.Other)]
    public void Errors_of_one_output_should_be_counted_with_their_reason_and_cost_the_others_nothing(int errno, EgressError reason)
    {
        IPAddress to = IPAddress.Parse("239.2.2.2");
        using var bench = new EgressBench([.. Enumerable.Range(0, 3).Select(i => new OutputTarget(to, 6000, 0, i))], [new EgressSocket(10, EgressKind.Multicast)]);
        bench.Sink.RefuseLength = length => length == 101 ? errno : 0;
        for (int output = 0; output < 3; output++)
            bench.Put(100 + output, output: output);
        bench.Flush();
        Assert.Equal(errno == Libc.EAGAIN ? [100] : [100, 102], bench.Lengths); // a full socket is full for all
        Assert.Equal(1, bench.Count(1, reason));
        Assert.Equal(errno == Libc.EAGAIN ? 2 : 1, bench.Errors);
    }
}

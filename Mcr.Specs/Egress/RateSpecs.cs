using System.Net;
using Mcr.Native.Egress;

namespace Mcr.Specs.Egress;

/// <summary>Rate limits and pacing, by a clock that the specs move.</summary>
public sealed class RateSpecs
{
    private const long Millisecond = 1_000_000;

    [Theory]
    [InlineData(10_000_000, 1_316, 0)]
    [InlineData(10_000_000, 13_160, 1_316)]
    [InlineData(1_000_000_000, 64, 0)]
    public void Rate_should_be_that_of_ip_packets_within_a_percent(long rate, int length, int segment)
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { RateLimit = rate });
        int datagrams = segment == 0 ? 1 : length / segment;
        int bits = ((segment == 0 ? length : segment) + 28) * 8;
        long offered = rate * 3 / bits / datagrams; // frames in a second: three times too many
        long began = bench.Sink.Now;
        bench.Put(length, segment); // what the bucket holds at first goes at once
        while (bench.Errors == 0)
            bench.Put(length, segment);
        bench.Flush();
        long before = bench.Sent;
        for (long i = 0; i < offered; i++)
        {
            bench.Sink.Now = began + (i * 1_000_000_000 / offered);
            bench.Put(length, segment);
            bench.Flush();
        }

        Assert.InRange((bench.Sent - before) * bits / (double)rate, 0.99, 1.01);
        Assert.Equal(bench.Errors, bench.Count(0, EgressError.RateLimit));
    }

    [Fact]
    public void Run_should_be_admitted_as_far_as_the_bucket_goes()
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { RateLimit = 8_000 }); // less than a packet in 10 ms: the bucket holds 65,535 bytes
        bench.Put(60_000, 1_000);
        bench.Put(60_000, 1_000);
        bench.Flush();
        Assert.Equal(63, bench.Sent); // of 1,028 bytes
        Assert.Equal(57, bench.Count(0, EgressError.RateLimit));
    }

    [Fact]
    public void Bucket_should_stay_as_empty_as_it_is_when_other_rules_change()
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { RateLimit = 8_000 });
        bench.Put(65_000, 1_000);
        bench.Flush();
        bench.Queue.Use(new OutputTable([new OutputTarget(IPAddress.Parse("239.2.2.2"), 6000, 0, 0, new EgressOptions { RateLimit = 8_000 })], [new EgressSocket(10, EgressKind.Multicast)]));
        long before = bench.Sent;
        bench.Put(1_000);
        bench.Flush();
        Assert.Equal(before, bench.Sent);
    }

    [Fact]
    public void Paced_batch_should_leave_over_the_time_it_arrived_in_and_hold_up_nobody()
    {
        IPAddress to = IPAddress.Parse("239.2.2.2");
        using var bench = new EgressBench(
            [new OutputTarget(to, 6000, 0, 0, new EgressOptions { Pace = true }), new OutputTarget(to, 6001, 0, 1)],
            [new EgressSocket(10, EgressKind.Multicast)]);
        for (int i = 0; i < 10; i++)
        {
            bench.Put(100 + i, output: 0, arrival: 5_000_000_000 + (i * Millisecond / 9));
            bench.Put(50, output: 1);
        }

        long began = bench.Sink.Now;
        bench.Flush();
        Assert.Equal([500, 100], bench.Lengths); // the other output's, and the first of the paced
        while (bench.Queue.NextDue != long.MaxValue)
        {
            bench.Sink.Now = bench.Queue.NextDue;
            bench.Queue.SendDue(bench.Sink.Now);
        }

        Assert.Equal([500, .. Enumerable.Range(100, 10)], bench.Lengths);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => i * Millisecond / 10), bench.Sink.Times.Skip(1).Select(t => t - began).Select(t => t / 100 * 100));
        Assert.Equal(20, bench.Sent);
    }

    [Fact]
    public void Paced_run_should_leave_in_bursts_over_the_time_since_the_last_batch()
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { Pace = true, MaxBurst = 2 });
        bench.Put(100);
        bench.Flush();
        bench.Queue.SendDue(long.MaxValue);
        bench.Sink.Now += Millisecond / 2;
        bench.Put(400, 100);
        bench.Flush();
        Assert.Equal([100, 200], bench.Lengths);
        Assert.Equal(bench.Sink.Now + (Millisecond / 4), bench.Queue.NextDue);
        bench.Queue.SendDue(long.MaxValue);
        Assert.Equal([100, 200, 200], bench.Lengths);
        Assert.Equal(long.MaxValue, bench.Queue.NextDue);
    }

    [Fact]
    public void Pacing_should_send_at_once_and_in_order_what_it_has_no_room_for()
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { Pace = true });
        bench.Sink.KeepPayloads = true;
        int count = (Pacer.Places * 2) + 10;
        for (int i = 0; i < count; i++)
            bench.Put(i % 50, at: i);
        bench.Put(Pacer.PlaceSize + 1);
        bench.Put(7);
        bench.Flush();
        bench.Queue.SendDue(long.MaxValue);
        Assert.Equal([.. Enumerable.Range(0, count).Select(i => i % 50), Pacer.PlaceSize + 1, 7], bench.Lengths);
        Assert.Equal(count + 2, bench.Sent);
    }

    [Fact]
    public void New_table_should_find_nothing_waiting()
    {
        using EgressBench bench = EgressBench.One(new EgressOptions { Pace = true });
        for (int i = 0; i < 10; i++)
            bench.Put(100);
        bench.Flush();
        bench.Queue.Use(OutputTable.Empty);
        Assert.Equal(10, bench.Sent);
        Assert.Equal(long.MaxValue, bench.Queue.NextDue);
    }
}

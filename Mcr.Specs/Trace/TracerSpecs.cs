using CsCheck;
using Mcr.Native.Ingress;
using Mcr.Native.Packet;
using Mcr.Native.Trace;

namespace Mcr.Specs.Trace;

/// <summary>What the loop records of a rule that is traced, and what is read of it.</summary>
public sealed class TracerSpecs
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Record_should_say_who_sent_what_when_and_what_became_of_it()
    {
        using var bench = new TraceBench(TraceBench.Settings(snap: 6));
        bench.Put(7, size: 90, arrival: 1_700_000_000 * Second);
        bench.Turn();
        TracedDatagram datagram = Assert.Single(bench.Read().Datagrams);
        Assert.Equal(("10.0.0.1:40000", "239.1.1.1:5000", 90, 16, 0L), (datagram.Source.ToString(), datagram.Destination.ToString(), datagram.Length, datagram.Ttl, datagram.Number));
        Assert.Equal((DropReason.None, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)), (datagram.Drop, datagram.Arrival));
        Assert.Equal(TraceBench.Payload(7, 6), datagram.Payload);
        Assert.True(datagram.LatencyNanoseconds > 0 && datagram.Sent > datagram.Arrival);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1024)]
    public void First_datagrams_should_be_recorded_and_no_more(int limit)
    {
        using var bench = new TraceBench(TraceBench.Settings(limit: limit));
        for (int number = 0; number < 1_400; number += 7)
        {
            bench.Put(number, 4);
            bench.Put(number + 4);
            bench.Put(number + 5, 2);
            if (number % 140 == 0)
                bench.Turn();
        }

        while (bench.Turn() > 0)
        {
        }

        TraceBatch batch = bench.Read();
        Assert.Equal(Enumerable.Range(0, limit), batch.Datagrams.Select(d => (int)d.Number));
        Assert.All(batch.Datagrams, d => Assert.Equal(TraceBench.Payload((int)d.Number, 64), d.Payload));
        Assert.Equal((1_400, limit, 0), (batch.Seen, batch.Recorded, batch.Missed));
    }

    [Fact]
    public void One_in_so_many_should_be_exactly_that_over_merged_and_single_frames() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 45].Array[1, 60]).Sample(
            (every, frames) =>
            {
                using var bench = new TraceBench(TraceBench.Settings(every));
                int number = 0;
                foreach (int datagrams in frames)
                {
                    bench.Put(number, datagrams);
                    number += datagrams;
                    bench.Turn();
                }

                TraceBatch batch = bench.Read();
                int[] wanted = [.. Enumerable.Range(0, number).Where(n => n % every == 0)];
                Assert.Equal(wanted.Skip(Math.Max(0, wanted.Length - TraceLayout.Records)), batch.Datagrams.Select(d => (int)d.Number));
                Assert.All(batch.Datagrams, d => Assert.Equal(TraceBench.Payload((int)d.Number, 64), d.Payload));
                Assert.All(batch.Datagrams, d => Assert.Equal([(byte)1], d.Outcomes.ToArray()));
                Assert.Equal((number, wanted.Length), (batch.Seen, batch.Recorded));
            },
            iter: 100,
            threads: 1);

    [Fact]
    public void Trace_should_end_by_itself()
    {
        using var bench = new TraceBench(TraceBench.Settings(until: 10 * Second));
        bench.Put(0, arrival: 9 * Second);
        bench.Put(1, arrival: 11 * Second);
        bench.Put(2, arrival: ReceivedFrame.UnknownArrival); // it is later now
        bench.Turn();
        Assert.Equal((3, 1), (bench.Read().Seen, bench.Read().Recorded));
    }

    [Fact]
    public void Newest_records_should_stay_and_what_was_overwritten_be_told()
    {
        using var bench = new TraceBench(TraceBench.Settings());
        for (int number = 0; number < 4_500; number += 45)
        {
            bench.Put(number, 45);
            bench.Turn();
        }

        TraceBatch batch = bench.Read();
        Assert.Equal((4_500, 4_500 - TraceLayout.Records), (batch.Recorded, batch.Missed));
        Assert.Equal(Enumerable.Range(4_500 - TraceLayout.Records, TraceLayout.Records), batch.Datagrams.Select(d => (int)d.Number));
        Assert.All(batch.Datagrams, d => Assert.Equal((byte)1, d.Outcomes[0]));
    }

    [Fact]
    public void More_than_the_ring_has_room_for_in_one_batch_should_be_seen_but_not_recorded()
    {
        using var bench = new TraceBench(TraceBench.Settings());
        for (int number = 0; number < 1_350; number += 45)
            bench.Put(number, 45);
        bench.Turn();
        TraceBatch batch = bench.Read();
        Assert.Equal((1_350, TraceLayout.Records, 0), (batch.Seen, batch.Recorded, batch.Missed));
        Assert.Equal(Enumerable.Range(0, TraceLayout.Records), batch.Datagrams.Select(d => (int)d.Number));
    }

    [Fact]
    public void Records_should_be_had_some_at_a_time()
    {
        using var bench = new TraceBench(TraceBench.Settings(limit: 100));
        for (int number = 0; number < 100; number++)
            bench.Put(number);
        bench.Turn();
        bench.Turn();
        var numbers = new List<long>();
        for (long from = 0; bench.Read(from, 30) is { Datagrams.Length: > 0 } some; from = some.Next)
            numbers.AddRange(some.Datagrams.Select(d => d.Number));
        Assert.Equal(Enumerable.Range(0, 100).Select(n => (long)n), numbers);
        Assert.All(new[] { -1, long.MinValue, 101, long.MaxValue }, from => Assert.Equal(100, bench.Read(from).Datagrams.Length));
    }

    [Fact]
    public void Another_trace_should_begin_with_nothing_and_end_the_one_before()
    {
        using var bench = new TraceBench(TraceBench.Settings());
        bench.Put(0);
        bench.Turn();
        Assert.Empty(bench.Read(session: 78).Datagrams);
        bench.Use(TraceBench.Settings(session: 78));
        bench.Turn();
        Assert.Equal((0, 0, 0), (bench.Read(session: 78).Recorded, bench.Read(session: 78).Seen, bench.Read().Recorded));
        bench.Put(9);
        bench.Turn();
        Assert.Equal(TraceBench.Payload(9, 64), Assert.Single(bench.Read(session: 78).Datagrams).Payload);
        Assert.Empty(bench.Read().Datagrams);
        bench.Use(null);
        bench.Put(10);
        bench.Turn();
        Assert.Equal(1, bench.Read(session: 78).Seen);
    }

    [Theory]
    [InlineData(DropReason.BadUdpChecksum)]
    [InlineData(DropReason.Vlan)]
    [InlineData(DropReason.OtherHost)]
    [InlineData(DropReason.Muted)]
    public void What_is_dropped_should_be_recorded_with_its_reason(DropReason reason)
    {
        using var bench = new TraceBench(TraceBench.Settings());
        bench.Use(TraceBench.Settings(), standsBy: reason == DropReason.Muted);
        byte[] frame = Frames.Udp("10.0.0.1", TraceBench.Group, 5000, new byte[50]);
        frame[^1] ^= (byte)(reason == DropReason.BadUdpChecksum ? 1 : 0);
        bench.Source.Add(frame, type: (byte)(reason == DropReason.OtherHost ? Mcr.Native.Interop.Libc.PACKET_OTHERHOST : Mcr.Native.Interop.Libc.PACKET_MULTICAST), vlan: (ushort)(reason == DropReason.Vlan ? 5 : 0));
        bench.Source.Add(Frames.Udp("10.0.0.1", "239.9.9.9", 5000, new byte[50])); // of no rule
        bench.Turn();
        TracedDatagram datagram = Assert.Single(bench.Read().Datagrams);
        Assert.Equal((reason, 50, 0, 0), (datagram.Drop, datagram.Length, datagram.Outcomes.Length, datagram.Payload.Length));
        Assert.Equal("10.0.0.1:40000", datagram.Source.ToString());
    }

    /// <summary>Each record is all from one datagram, however fast the ring is written meanwhile.</summary>
    [Fact]
    public void Reader_beside_a_writer_should_never_see_a_torn_record()
    {
        using var bench = new TraceBench(TraceBench.Settings(snap: 1_000));
        using var stop = new CancellationTokenSource();
        long read = 0;
        Exception? torn = null;
        var reader = new Thread(() =>
        {
            long from = 0;
            while (!stop.IsCancellationRequested && torn is null)
            {
                TraceBatch batch = bench.Read(from, 200);
                from = batch.Next;
                read += batch.Datagrams.Length;
                torn = Record.Exception(() => Assert.All(batch.Datagrams, d => Assert.Equal(TraceBench.Payload((int)d.Number, 1_000), d.Payload)));
            }
        });
        reader.Start();
        for (int number = 0; (number < 300_000 || read < 2_000) && torn is null && number < 3_000_000; number += 40)
        {
            bench.Put(number, 40, size: 1_000);
            bench.Turn();
        }

        stop.Cancel();
        reader.Join();
        Assert.Null(torn);
        Assert.True(read >= 2_000, $"{read} records were read");
    }
}

using Mcr.Native.Analysis;

namespace Mcr.Specs.Analysis;

/// <summary>RTP: what is taken for it, its sequence and its jitter.</summary>
public sealed class RtpSpecs
{
    private const long Second = 1_000_000_000;
    private static readonly byte[] Opaque = [1, 2, 3, 4, 5];

    /// <summary>RFC 3550 A.8 in floating point, from arrival and timestamp of each datagram.</summary>
    [Theory]
    [InlineData(0, 33, 90_000)]
    [InlineData(0, 0, 8_000)]
    [InlineData(0, 10, 44_100)]
    [InlineData(48_000, 96, 48_000)]
    public void Jitter_should_be_that_of_RFC_3550(int configured, int type, int rate)
    {
        using var probe = new StreamProbe(AnalysisSettings.Rtp(configured));
        var random = new Random(7);
        double jitter = 0;
        (double Arrival, uint Timestamp) before = default;
        for (int i = 0; i < 2_000; i++)
        {
            uint timestamp = uint.MaxValue - 50_000 + (uint)(i * rate / 100); // wraps
            long at = (1_700_000_000 * Second) + (i * Second / 100) + random.Next(9_000_000); // they do not overtake one another
            probe.Take(MediaPayloads.Rtp(i, timestamp, Opaque, type: type), at: at);
            double arrival = (at - (1_700_000_000 * Second)) * 1e-9 * rate;
            if (i > 0)
                jitter += (Math.Abs(arrival - before.Arrival - (int)(timestamp - before.Timestamp)) - jitter) / 16;
            before = (arrival, timestamp);
        }

        FlowReport flow = Assert.Single(probe.Report.Flows);
        Assert.Equal((type, 0x1020304u), (flow.PayloadType!.Value, flow.Ssrc!.Value));
        Assert.InRange(flow.Jitter!.Value.TotalSeconds * rate, jitter - 2, jitter + 2); // integers in place of fractions
        Assert.InRange(flow.Jitter.Value.TotalMilliseconds, 1, 9);
    }

    [Fact]
    public void Another_payload_type_should_tick_otherwise_and_be_no_jitter()
    {
        using var probe = new StreamProbe(AnalysisSettings.Rtp());
        for (int i = 0; i < 10; i++)
            probe.Take(MediaPayloads.Rtp(i, (uint)(i * 900), Opaque), at: Second + (i * 10_000_000));
        for (int i = 10; i < 20; i++)
            probe.Take(MediaPayloads.Rtp(i, 5_000_000 + (uint)(i * 80), Opaque, type: 8), at: Second + (i * 10_000_000));
        FlowReport flow = Assert.Single(probe.Report.Flows);
        Assert.Equal((8, TimeSpan.Zero), (flow.PayloadType!.Value, flow.Jitter!.Value));
    }

    /// <summary>The MPEG-TS behind all headers is found only where their length is right.</summary>
    [Theory]
    [InlineData(0, -1)]
    [InlineData(0, 0)]
    [InlineData(15, -1)]
    [InlineData(2, 3)]
    [InlineData(15, 200)]
    public void Headers_of_any_length_should_be_passed(int sources, int extension)
    {
        using var probe = new StreamProbe(AnalysisSettings.Auto);
        probe.Take(MediaPayloads.Rtp(1, 0, MediaPayloads.Seven(256, 0), sources: sources, extension: extension));
        probe.Take(MediaPayloads.Rtp(2, 0, MediaPayloads.Seven(256, 8), sources: sources, extension: extension));
        Assert.Equal((PayloadKinds.Rtp | PayloadKinds.TransportStream, 14, 1), (probe.Report.Seen, probe.Report.Packets, probe.Report.ContinuityErrors));
        Assert.Equal(2, probe.Sequence.Datagrams);
    }

    [Fact]
    public void Truncated_header_should_not_be_RTP()
    {
        using var probe = new StreamProbe(AnalysisSettings.Rtp());
        byte[] whole = MediaPayloads.Rtp(1, 0, [], sources: 3, extension: 4);
        for (int length = 0; length < whole.Length; length++)
            probe.Take(whole[..length]);
        Assert.Equal((whole.Length, 0), (probe.Report.Opaque, probe.Sequence.Datagrams));
        probe.Take(whole);
        Assert.Equal(1, probe.Sequence.Datagrams);
    }

    [Fact]
    public void RTCP_should_not_be_taken_for_RTP()
    {
        using var probe = new StreamProbe(AnalysisSettings.Rtp());
        for (int type = 200; type <= 204; type++)
            probe.Take(MediaPayloads.Rtp(type, 0, new byte[40], type: type));
        Assert.Equal((5, 0), (probe.Report.Opaque, probe.Sequence.Datagrams));
    }

    [Fact]
    public void Random_payloads_should_never_be_taken_for_RTP()
    {
        using var probe = new StreamProbe(AnalysisSettings.Auto);
        var random = new Random(11);
        byte[] payload = new byte[64];
        for (int i = 0; i < 200_000; i++)
        {
            random.NextBytes(payload);
            payload[0] = (byte)(0x80 | (payload[0] & 0x0F)); // version 2, each of them
            probe.Take(payload, at: Second + i);
            if (i % 97 == 0)
                Assert.Equal((PayloadKinds.None, 0), (probe.Report.Seen, probe.Report.Flows.Length));
        }

        Assert.InRange(probe.Report.Opaque, 199_000, 200_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void Streams_of_several_sources_at_once_should_be_recognised_after_their_probation(int sources)
    {
        using var probe = new StreamProbe(AnalysisSettings.Auto);
        for (int number = 0; number < 40; number++)
        {
            for (uint ssrc = 1; ssrc <= sources; ssrc++)
            {
                if (number != 30)
                    probe.Take(MediaPayloads.Rtp(65_530 + number, 0, Opaque, ssrc), at: Second + number);
            }

            Assert.Equal(number > RtpAnalyser.Probation - 1, probe.Report.Seen == PayloadKinds.Rtp);
        }

        int told = Math.Min(sources, StreamBlock.FlowCapacity);
        Assert.Equal(Enumerable.Range(1, told).Select(s => (uint?)s), probe.Report.Flows.Select(f => f.Ssrc));
        Assert.All(probe.Report.Flows, f => Assert.Equal(new SequenceTotals(39, 1, 1, 0, 0, 0, 0), f.Sequence));
        Assert.Equal(((sources - told) * 39, 0), (probe.Report.OtherFlows, probe.Report.Opaque));
    }
}

using Mcr.Native.Analysis;

namespace Mcr.Specs.Analysis;

/// <summary>Numbers at a place of a payload that the operator has named.</summary>
public sealed class SequenceFieldSpecs
{
    private static readonly AnalysisSettings Mold = AnalysisText.Parse("moldudp64", out _)!.Value;

    [Theory]
    [InlineData(8, false)]
    [InlineData(16, false)]
    [InlineData(16, true)]
    [InlineData(32, false)]
    [InlineData(32, true)]
    [InlineData(64, false)]
    [InlineData(64, true)]
    public void Number_should_be_read_where_and_as_it_is_said_to_be(int width, bool little)
    {
        using var probe = new StreamProbe(AnalysisSettings.Sequence(new SequenceField(5, width, little)));
        ulong last = ulong.MaxValue >> (64 - width);
        foreach (ulong number in new[] { last - 1, last, 1UL })
        {
            byte[] field = BitConverter.GetBytes(number)[..(width / 8)];
            probe.Take([1, 2, 3, 4, 5, .. little ? field : field.Reverse(), 9]);
        }

        Assert.Equal(PayloadKinds.Sequence, probe.Report.Seen);
        Assert.Equal(new SequenceTotals(3, 1, 1, 0, 0, 0, 0), probe.Sequence);
    }

    [Fact]
    public void Payload_that_ends_before_its_fields_should_be_counted_as_too_short()
    {
        using var probe = new StreamProbe(Mold);
        probe.Take(MediaPayloads.Mold(7, 0)[..19]);
        probe.Take([]);
        Assert.Equal((2, 0, PayloadKinds.None), (probe.Report.TooShort, probe.Sequence.Datagrams, probe.Report.Seen));
    }

    /// <summary>MoldUDP64 says with 0 messages which number is next, and with 0xFFFF that the session ends.</summary>
    [Fact]
    public void Messages_should_be_counted_and_heartbeats_and_the_end_should_take_none()
    {
        using var probe = new StreamProbe(Mold);
        foreach ((ulong number, int messages) in new (ulong, int)[] { (1, 3), (4, 0), (4, 2), (6, 0xFFFF), (6, 0xFFFF) })
            probe.Take(MediaPayloads.Mold(number, messages));
        Assert.Equal(new SequenceTotals(5, 0, 0, 0, 0, 0, 0), probe.Sequence);
        probe.Take(MediaPayloads.Mold(10, 0)); // a heartbeat tells of four that were lost
        Assert.Equal(new SequenceTotals(6, 4, 1, 0, 0, 0, 0), probe.Sequence);
        probe.Take(MediaPayloads.Mold(7, 2));
        Assert.Equal(new SequenceTotals(7, 2, 1, 1, 0, 0, 0), probe.Sequence);
    }

    [Fact]
    public void Senders_should_be_told_apart_and_what_is_beyond_four_counted()
    {
        using var probe = new StreamProbe(AnalysisSettings.Sequence(new SequenceField(0, 8)));
        for (int i = 0; i < 6; i++)
            probe.Take([(byte)i], port: (ushort)(1000 + i), at: 1);
        probe.Take([2], port: 1000, at: 1);
        Assert.Equal([1000, 1001, 1002, 1003], probe.Report.Flows.Select(f => f.SourcePort).Order());
        Assert.Equal((2, 1), (probe.Report.OtherFlows, probe.Sequence.Lost));
    }

    [Fact]
    public void Flow_that_has_been_silent_should_give_its_place_up_and_its_totals_should_stay()
    {
        const long Second = 1_000_000_000;
        using var probe = new StreamProbe(AnalysisSettings.Sequence(new SequenceField(0, 8)));
        for (int i = 0; i < 4; i++)
        {
            probe.Take([1], port: (ushort)(1000 + i), at: Second);
            probe.Take([3], port: (ushort)(1000 + i), at: i == 2 ? Second : 6 * Second);
        }

        probe.Take([1], port: 2000, at: 7 * Second);
        Assert.Equal([1000, 1001, 1003, 2000], probe.Report.Flows.Select(f => f.SourcePort).Order());
        Assert.Equal(new SequenceTotals(9, 4, 4, 0, 0, 0, 0), probe.Sequence);
    }

    [Fact]
    public void Other_settings_should_begin_anew()
    {
        using var probe = new StreamProbe(AnalysisSettings.Sequence(new SequenceField(0, 8)));
        probe.Take([1, 1]);
        probe.Take([9, 2]);
        Assert.Equal(7, probe.Sequence.Lost);
        probe.Settings = AnalysisSettings.Sequence(new SequenceField(1, 8));
        probe.Take([10, 3]);
        Assert.Equal(new SequenceTotals(1, 0, 0, 0, 0, 0, 0), probe.Sequence);
    }
}

using CsCheck;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;

namespace Mcr.Specs.Supervision;

public sealed class TrafficMeterSpecs
{
    private static readonly TrafficCounts Nothing = new(0, 0, 0, 0);

    private readonly TrafficMeter _meter = new(TimeSpan.Zero, Nothing);
    private TimeSpan _at;
    private TrafficCounts _counts;

    [Fact]
    public void Rates_should_be_over_the_last_second_and_the_last_ten()
    {
        for (int second = 1; second <= 10; second++)
            Pass(1, new TrafficCounts(100, 10_000, 200, 1));
        Pass(1, new TrafficCounts(1100, 110_000, 2200, 11));
        Assert.Equal(new TrafficRate(1100, 880_000, 2200, 11), _meter.View.OneSecond);
        Assert.Equal(new TrafficRate(200, 160_000, 400, 2), _meter.View.TenSeconds);
    }

    [Fact]
    public void Until_ten_seconds_are_over_the_long_rate_should_be_over_what_there_is()
    {
        Pass(1, new TrafficCounts(100, 0, 0, 0));
        Assert.Equal((100, 100), (_meter.View.OneSecond.Packets, _meter.View.TenSeconds.Packets));
        Pass(1, new TrafficCounts(300, 0, 0, 0));
        Assert.Equal((300, 200), (_meter.View.OneSecond.Packets, _meter.View.TenSeconds.Packets));
    }

    [Fact]
    public void What_was_there_before_should_be_no_rate()
    {
        var meter = new TrafficMeter(TimeSpan.FromHours(1), new TrafficCounts(1_000_000, 0, 0, 0));
        meter.Sample(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1), default, new TrafficCounts(1_000_000, 0, 0, 0));
        Assert.Equal(TrafficView.None, meter.View);
    }

    [Fact]
    public void Late_sample_should_count_with_the_time_that_it_took()
    {
        Pass(1, new TrafficCounts(100, 0, 0, 0));
        Pass(4, new TrafficCounts(400, 0, 0, 0));
        Assert.Equal((100, 100), (_meter.View.OneSecond.Packets, _meter.View.TenSeconds.Packets));
        Pass(0, new TrafficCounts(7, 0, 0, 0)); // no time: no rate
        Assert.Equal(100, _meter.View.OneSecond.Packets);
    }

    [Fact]
    public void Last_seen_should_be_the_sample_in_which_datagrams_came_and_stay_when_none_do()
    {
        Pass(3, Nothing);
        Assert.Null(_meter.View.LastSeen);
        Pass(1, new TrafficCounts(1, 0, 0, 0));
        Pass(1, new TrafficCounts(0, 0, 0, 5)); // drops are nothing that was seen
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(4), _meter.View.LastSeen);
        for (int i = 0; i < 100; i++)
            Pass(1, Nothing);
        Assert.Equal(new TrafficView(default, default, DateTimeOffset.UnixEpoch.AddSeconds(4)), _meter.View);
        Pass(1, new TrafficCounts(11, 0, 0, 0));
        Assert.Equal((11, 1.1, DateTimeOffset.UnixEpoch.AddSeconds(106)), (_meter.View.OneSecond.Packets, Rounded(_meter.View.TenSeconds.Packets), _meter.View.LastSeen));
    }

    /// <summary>Against a list of all samples: with pauses, and with intervals that differ.</summary>
    [Theory]
    [InlineData(0, 1.0, 1.0)]
    [InlineData(1, 0.9, 1.1)]
    public void Rates_should_be_those_of_the_whole_history(int least, double shortest, double longest) => Gen.Select(Gen.Int[least, 3].Select(n => n == 3 ? 3 : least), Gen.Double[shortest, longest]).Array[1, 60].Sample(
        steps =>
        {
            var meter = new TrafficMeter(TimeSpan.Zero, Nothing);
            List<(TimeSpan At, long Total)> all = [(TimeSpan.Zero, 0)];
            foreach ((int datagrams, double seconds) in steps)
            {
                all.Add((all[^1].At + TimeSpan.FromSeconds(seconds), all[^1].Total + datagrams));
                meter.Sample(all[^1].At, default, new TrafficCounts(all[^1].Total, 0, 0, 0));
            }

            return Rate(all, 1) == Rounded(meter.View.OneSecond.Packets) && Rate(all, 10) == Rounded(meter.View.TenSeconds.Packets);
        },
        iter: 2000);

    private static double Rate(List<(TimeSpan At, long Total)> all, int seconds)
    {
        (TimeSpan at, long total) = all[..^1].TakeLast(TrafficMeter.Samples - 1).Where(s => all[^1].At - s.At >= TimeSpan.FromSeconds(seconds - 0.5)).DefaultIfEmpty(all.TakeLast(TrafficMeter.Samples).First()).Last();
        return Rounded((all[^1].Total - total) / (all[^1].At - at).TotalSeconds);
    }

    private static double Rounded(double rate) => Math.Round(rate, 6);

    private void Pass(double seconds, TrafficCounts more)
    {
        _at += TimeSpan.FromSeconds(seconds);
        _counts = new TrafficCounts(_counts.Datagrams + more.Datagrams, _counts.Bytes + more.Bytes, _counts.Sent + more.Sent, _counts.Drops + more.Drops);
        _meter.Sample(_at, DateTimeOffset.UnixEpoch + _at, _counts);
    }
}

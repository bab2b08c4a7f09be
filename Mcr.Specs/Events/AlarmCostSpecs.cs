using System.Diagnostics;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;
using Mcr.Specs.Supervision;

namespace Mcr.Specs.Events;

/// <summary>What it costs each second to look for the alarms of very many rules. What was measured is printed.</summary>
[Collection(SerialPackets.Name)]
public sealed class AlarmCostSpecs(ITestOutputHelper output)
{
    private const int Rules = 10_000;
    private const int Rounds = 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Look_at_ten_thousand_rules_should_take_less_than_a_twentieth_of_a_second(bool flows)
    {
        var clock = new ManualClock();
        var platform = new FakePlatform("in0", "out0");
        using var port = new FakePort(platform, FakePlatform.Device("in0", 1), 1);
        var settings = new AlarmSettings(TimeSpan.FromSeconds(5), 1_000, 0, Loss: true, SecondSource: true, Querier: true, Duplicate: true);
        var alarms = new RuleAlarms(port, settings, clock);
        var queriers = new QuerierWatch(port, settings, clock);
        RelayedRule[] rules =
        [
            .. Enumerable.Range(0, Rules).Select(i => new RelayedRule(TestRules.Rule("in0", $"239.1.{i / 256}.{i % 256}", 5000, null, $"239.2.{i / 256}.{i % 256}:6000:out0"), i, new TrafficView(new TrafficRate(1, 10_000, 1, 0), new TrafficRate(1, 10_000, 1, 0), null))),
        ];
        var all = System.Collections.Immutable.ImmutableDictionary.CreateRange(rules.Select(r => KeyValuePair.Create(r.Rule.Id, r.Rule)));
        double best = double.MaxValue;
        int news = 0;
        for (int round = 0; round < Rounds; round++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            if (flows)
                Interlocked.Increment(ref port.Arrived);
            long began = Stopwatch.GetTimestamp();
            news += alarms.Sample(rules).Count;
            news += queriers.Sample(all, port.Link).Length;
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        Assert.Equal(flows ? 0 : Rules, news); // each is silent once
        output.WriteLine($"{Rules:N0} rules, {(flows ? "all with datagrams" : "all silent")}: {best:F1} ms a second");
        Assert.InRange(best, 0, 50);
    }
}

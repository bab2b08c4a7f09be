using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;
using Mcr.Specs.Supervision;
using Microsoft.Extensions.DependencyInjection;

namespace Mcr.Specs.Events;

/// <summary>What is heard by who listens to the meter.</summary>
public sealed class EventMetricsSpecs : RelaySpec
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public EventMetricsSpecs(ITestOutputHelper output)
        : base(output)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Mcr" && ReferenceEquals(instrument.Meter.Scope, _services.GetRequiredService<IMeterFactory>()))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, tags, value));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, tags, value));
        _listener.Start();
        Options = Options with { Metrics = new EventMetrics(_services.GetRequiredService<IMeterFactory>()) };
    }

    protected override async Task AfterAllAsync()
    {
        await base.AfterAllAsync();
        _listener.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public void Events_should_be_counted_by_kind_and_severity()
    {
        Ok(Video());
        AwaitCounts(("mcr.events rule-state info", 1), ("mcr.events worker-ready info", 1));
        NextWorker().Exit("killed by signal 9");
        AwaitCounts(("mcr.events worker-ended warning", 1));
    }

    [Fact]
    public void Active_alarms_should_be_seen_by_kind_and_none_stay_when_the_actors_begin_anew()
    {
        Assert.Empty(List());
        Raise(Video(), AlarmKind.Silence);
        Raise(Video(), AlarmKind.Silence); // by an interface that had to begin anew
        Raise(Video(), AlarmKind.Loss);
        Raise(Audio(), AlarmKind.Silence);
        AwaitCounts(("mcr.events alarm-raised warning", 4), ("mcr.alarms.active silence", 2), ("mcr.alarms.active loss", 1), ("mcr.alarms.active rate-max", 0));
        Publish(Video(), new AlarmNews(EventKind.AlarmCleared, AlarmKind.Silence, "well"));
        AwaitCounts(("mcr.alarms.active silence", 1), ("mcr.alarms.active loss", 1), ("mcr.events alarm-cleared info", 1));
        Relay.Tell(new RelayCommands.AddRule(null!, "planted"), TestActor); // it falls over that
        AwaitCounts(("mcr.alarms.active silence", 0), ("mcr.alarms.active loss", 0), ("mcr.events alarm-raised warning", 4));
        Raise(Audio(), AlarmKind.Loss);
        AwaitCounts(("mcr.alarms.active loss", 1), ("mcr.events alarm-raised warning", 5));
    }

    [Fact]
    public void Alarms_of_an_interface_should_be_one_for_each_family_of_addresses()
    {
        Assert.Empty(List());
        var state = new QuerierState("in0", IsIPv6: false, TimeSpan.Zero, DateTimeOffset.UnixEpoch);
        foreach (QuerierState each in new[] { state, state with { IsIPv6 = true }, state with { Interface = "in1" } })
            Assert.All(each.Take(TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch, isWanted: true, null, null).News, Sys.EventStream.Publish);
        AwaitCounts(("mcr.alarms.active querier", 3), ("mcr.events alarm-raised warning", 3));
        (state, _) = state.Take(TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch, isWanted: true, null, null);
        Assert.All(state.Take(TimeSpan.FromHours(2), DateTimeOffset.UnixEpoch, isWanted: false, null, null).News, Sys.EventStream.Publish);
        AwaitCounts(("mcr.alarms.active querier", 2), ("mcr.events alarm-cleared info", 1));
    }

    private void Raise(ForwardingRule rule, AlarmKind kind) => Publish(rule, new AlarmNews(EventKind.AlarmRaised, kind, "planted"));

    private void Publish(ForwardingRule rule, AlarmNews news) => Sys.EventStream.Publish(news.Of(rule));

    private void Take(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags, long value)
    {
        string name = $"{instrument.Name} {string.Join(' ', tags.ToArray().Select(t => t.Value))}";
        lock (_lock)
            _counts[name] = value;
    }

    private void AwaitCounts(params (string Name, long Value)[] expected) => AwaitAssert(() =>
    {
        _listener.RecordObservableInstruments();
        lock (_lock)
            Assert.Equal(expected, expected.Select(e => (e.Name, _counts.GetValueOrDefault(e.Name, -1))));
    });
}

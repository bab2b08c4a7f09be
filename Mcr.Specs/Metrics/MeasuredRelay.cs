using System.Diagnostics.Metrics;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Actors.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Mcr.Specs.Metrics;

/// <summary>All instruments of mcrd over a snapshot that a spec gives, and their text.</summary>
internal sealed class MeasuredRelay : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly PrometheusText _text;

    public MeasuredRelay(RelaySnapshot snapshot)
    {
        Snapshot = snapshot;
        IMeterFactory factory = _services.GetRequiredService<IMeterFactory>();
        Events = new EventMetrics(factory);
        _ = new RelayMetrics(factory, () => Snapshot, "1.0", "spec");
        _text = new PrometheusText(factory, EventMetrics.MeterName);
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => { if (ReferenceEquals(instrument.Meter.Scope, factory)) Instruments.Add(instrument); } };
        listener.Start();
    }

    public RelaySnapshot Snapshot { get; set; }

    public EventMetrics Events { get; }

    public List<Instrument> Instruments { get; } = [];

    public string Text => _text.Write();

    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>With an event, of which there is none at first.</summary>
    public static MeasuredRelay OfEverything()
    {
        var relay = new MeasuredRelay(FullSnapshot.Make());
        relay.Events.Count(new RelayEvent(EventSeverity.Info, EventKind.RuleState, "planted"));
        return relay;
    }

    public void Dispose()
    {
        _text.Dispose();
        _services.Dispose();
    }
}

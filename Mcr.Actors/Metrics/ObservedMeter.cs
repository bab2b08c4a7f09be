using System.Diagnostics.Metrics;

namespace Mcr.Actors.Metrics;

/// <summary>The observable instruments of a meter, asked when somebody wants to know.</summary>
internal sealed class ObservedMeter : IDisposable
{
    private readonly MeterListener _listener = new();

    /// <param name="factory">Whose meters are meant: there may be others of that name in the process.</param>
    /// <param name="take">Gets each measurement.</param>
    public ObservedMeter(IMeterFactory factory, string meter, Take take)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.IsObservable && instrument.Meter.Name == meter && ReferenceEquals(instrument.Meter.Scope, factory))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => take(instrument, value, tags));
        _listener.Start();
    }

    public delegate void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags);

    /// <summary>Every measurement of this moment.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();
}

using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Events;

/// <summary>
/// Events as numbers, for whoever listens to the meter <c>Mcr</c>: how many there were of each kind and severity, and how many alarms of each kind are raised. There is one in a
/// process, whatever becomes of the actors; its meter belongs to the factory. Written by one actor at a time, read by any thread.
/// </summary>
public sealed class EventMetrics
{
    public const string MeterName = "Mcr";

    /// <summary>Zeros, too: of a series that begins with 1 nobody sees that it has grown.</summary>
    private volatile ImmutableDictionary<(EventKind Kind, EventSeverity Severity), long> _events =
        (from kind in Enum.GetValues<EventKind>() from severity in Enum.GetValues<EventSeverity>() select KeyValuePair.Create((kind, severity), 0L)).ToImmutableDictionary();
    private volatile ImmutableHashSet<Raised> _active = [];

    public EventMetrics(IMeterFactory factory)
    {
        Meter meter = factory.Create(MeterName);
        meter.CreateObservableCounter("mcr.events", Counted, "{event}", "What has happened to rules, workers, devices and alarms");
        meter.CreateObservableGauge("mcr.alarms.active", Observe, "{alarm}", "Alarms of rules and interfaces that are raised");
    }

    internal void Count(RelayEvent news)
    {
        _events = _events.SetItem((news.Kind, news.Severity), _events[(news.Kind, news.Severity)] + 1);
        if (!news.Values.TryGetValue(AlarmNews.Value, out string? alarm))
            return;
        var raised = new Raised(alarm, news.Rule, news.Interface, news.Values.GetValueOrDefault(QuerierState.Family));
        _active = news.Kind == EventKind.AlarmRaised ? _active.Add(raised) : _active.Remove(raised);
    }

    /// <summary>Whoever had raised alarms is gone.</summary>
    internal void ForgetAlarms() => _active = [];

    private IEnumerable<Measurement<long>> Counted() => _events.Select(e => new Measurement<long>(e.Value, new("kind", EventViews.Name(e.Key.Kind)), new("severity", EventViews.Name(e.Key.Severity))));

    /// <summary>Zeros, too: a number that is not there any more would stay what it was for who looks at it.</summary>
    private IEnumerable<Measurement<int>> Observe()
    {
        ImmutableHashSet<Raised> active = _active;
        return Enum.GetValues<AlarmKind>().Select(EventViews.Name).Select(name => new Measurement<int>(active.Count(a => a.Alarm == name), new KeyValuePair<string, object?>("alarm", name)));
    }

    /// <param name="Rule">null: the interface's.</param>
    /// <param name="Family">Of addresses; null where it is none's.</param>
    private readonly record struct Raised(string Alarm, RuleId? Rule, string? Interface, string? Family);
}

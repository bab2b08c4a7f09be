using System.Collections.Immutable;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Native.Rules;

namespace Mcr.Actors.Events;

/// <summary>An alarm was raised or cleared, or the sender or the input is another one.</summary>
/// <param name="Alarm">null for the sender and the input.</param>
internal readonly record struct AlarmNews(EventKind Kind, AlarmKind? Alarm, string Sentence)
{
    /// <summary>Of the event's values: which alarm it is.</summary>
    public const string Value = "alarm";

    /// <summary>It matters as much as an alarm.</summary>
    public bool IsWarning { get; init; }

    /// <summary>What programs look at besides; null for nothing.</summary>
    public ImmutableSortedDictionary<string, string>? Details { get; init; }

    public bool IsRaised => Kind == EventKind.AlarmRaised;

    public RelayEvent Of(ForwardingRule rule) => RelayEvent.Of(rule, Severity, Kind, $"{Sentences.Label(rule)}: {Sentence}") with { Values = Values };

    private EventSeverity Severity => IsRaised || IsWarning ? EventSeverity.Warning : EventSeverity.Info;

    private ImmutableSortedDictionary<string, string> Values
    {
        get
        {
            ImmutableSortedDictionary<string, string> values = Details ?? ImmutableSortedDictionary<string, string>.Empty;
            return Alarm is { } alarm ? values.Add(Value, EventViews.Name(alarm)) : values;
        }
    }
}

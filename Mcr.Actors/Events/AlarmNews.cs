using System.Collections.Immutable;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Native.Rules;

namespace Mcr.Actors.Events;

/// <summary>An alarm was raised or cleared, or the sender is another one.</summary>
/// <param name="Alarm">null for the sender.</param>
internal readonly record struct AlarmNews(EventKind Kind, AlarmKind? Alarm, string Sentence)
{
    public RelayEvent Of(ForwardingRule rule) => RelayEvent.Of(rule, Severity, Kind, $"{Sentences.Label(rule)}: {Sentence}") with { Values = Values };

    private EventSeverity Severity => Kind == EventKind.AlarmRaised ? EventSeverity.Warning : EventSeverity.Info;

    private ImmutableSortedDictionary<string, string> Values => Alarm is { } alarm
        ? ImmutableSortedDictionary<string, string>.Empty.Add("alarm", EventViews.Name(alarm))
        : ImmutableSortedDictionary<string, string>.Empty;
}

namespace Mcr.Actors.Messages;

/// <summary>What may be wrong with a rule's traffic.</summary>
public enum AlarmKind
{
    Silence,
    RateMin,
    RateMax,
    Loss,
    SecondSource,
}

/// <param name="Sentence">What it was raised for.</param>
public sealed record ActiveAlarm(AlarmKind Kind, DateTimeOffset Since, string Sentence);

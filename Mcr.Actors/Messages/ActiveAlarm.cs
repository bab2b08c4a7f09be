namespace Mcr.Actors.Messages;

/// <summary>What may be wrong with a rule's traffic, or about to be.</summary>
public enum AlarmKind
{
    Silence,
    RateMin,
    RateMax,
    Loss,
    SecondSource,

    /// <summary>Of an interface's segment, and no rule's alone.</summary>
    Querier,

    /// <summary>The kernel forwards the same.</summary>
    Duplicate,

    /// <summary>Of several inputs, not all are alive and of the rule's stream.</summary>
    Protection,
}

/// <param name="Sentence">What it was raised for.</param>
public sealed record ActiveAlarm(AlarmKind Kind, DateTimeOffset Since, string Sentence);

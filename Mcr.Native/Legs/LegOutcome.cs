namespace Mcr.Native.Legs;

/// <summary>What became of a datagram that came over a leg; each is counted, and only the first is relayed. In the order in which they are found.</summary>
public enum LegOutcome
{
    /// <summary>Sent by the other end, as it is, and not taken before.</summary>
    Good,

    /// <summary>Not even a header.</summary>
    Short,

    /// <summary>Not of the form that this version knows: version, flags, length of the header or sequence.</summary>
    Version,

    UnknownLeg,

    /// <summary>Neither the current key nor the previous one. Nothing else in it can be believed.</summary>
    UnknownKey,

    /// <summary>The MAC is not that of these bytes and this key: damaged, or not from the other end.</summary>
    Altered,

    /// <summary>Taken before.</summary>
    Replayed,

    /// <summary>Too far behind to tell whether it was taken before, or of a life of its sender that is over.</summary>
    Old,
}

/// <summary>What a receiver says of one datagram.</summary>
/// <param name="Offset">Where the payload begins; 0 unless it is good.</param>
/// <param name="Length">Of the payload, in bytes; may be 0 of a good one.</param>
public readonly record struct LegVerdict(LegOutcome Outcome, int Offset, int Length)
{
    public bool IsGood => Outcome == LegOutcome.Good;
}

namespace Mcr.Native.Rules;

/// <summary>What of a rule's traffic is an alarm. null: as for all rules (<c>mcr.alarm-defaults</c>).</summary>
/// <param name="Silence">No datagram for longer than this; zero: that is no alarm.</param>
/// <param name="RateMin">Bits of payload a second, at least; 0: any.</param>
/// <param name="RateMax">Bits of payload a second, at most; 0: any.</param>
/// <param name="Loss">Sequence numbers are missing.</param>
/// <param name="SecondSource">Two senders at the same time.</param>
/// <param name="Querier">Nobody asks on the input's segment who has joined its group.</param>
/// <param name="Duplicate">The kernel forwards the same datagrams as well, or a program of this host may take them in.</param>
/// <param name="Protection">Of a rule with several inputs: not all of them are alive and of its stream.</param>
public readonly record struct AlarmSettings(TimeSpan? Silence, long? RateMin, long? RateMax, bool? Loss, bool? SecondSource, bool? Querier = null, bool? Duplicate = null, bool? Protection = null)
{
    public static readonly TimeSpan ShortestSilence = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestSilence = TimeSpan.FromHours(24);

    /// <summary>Whether a rule has nothing of its own.</summary>
    public bool IsDefault => this == default;

    /// <summary>Complete, where <paramref name="defaults"/> are.</summary>
    public AlarmSettings Over(AlarmSettings defaults) => new(
        Silence ?? defaults.Silence,
        RateMin ?? defaults.RateMin,
        RateMax ?? defaults.RateMax,
        Loss ?? defaults.Loss,
        SecondSource ?? defaults.SecondSource,
        Querier ?? defaults.Querier,
        Duplicate ?? defaults.Duplicate,
        Protection ?? defaults.Protection);
}

namespace Mcr.Specs.Redundancy;

/// <summary>What a sender sends: a datagram each <paramref name="Interval"/> for <paramref name="On"/>, then nothing for <paramref name="Off"/>, in nanoseconds.</summary>
internal sealed record TakeoverFlow(string Name, long Interval, long On, long Off)
{
    private const long Millisecond = 1_000_000;

    public static readonly TakeoverFlow Dense = new("dense", Millisecond, Millisecond, 0);

    /// <summary>One datagram a second.</summary>
    public static readonly TakeoverFlow Sparse = new("1/s", 1_000 * Millisecond, 1_000 * Millisecond, 0);

    public static readonly TakeoverFlow Bursts = new("bursts", Millisecond, 100 * Millisecond, 2_000 * Millisecond);

    /// <summary>The longest silence of its own.</summary>
    public long Rest => Off == 0 ? Interval : Off + Interval;

    public bool IsDense => Rest <= TakeoverNetwork.After / 2;

    public long Next(long at) => (at + Interval) % (On + Off) < On ? at + Interval : ((at / (On + Off)) + 1) * (On + Off);

    public override string ToString() => Name;
}

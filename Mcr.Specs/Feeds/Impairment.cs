namespace Mcr.Specs.Feeds;

/// <summary>What one path does to the datagrams of a stream: deterministic, so that a seed is a path.</summary>
/// <param name="index">Of the datagram; asked once each, in order.</param>
/// <returns>By how many nanoseconds it is late; <see cref="Impairments.Dropped"/>: it never comes.</returns>
internal delegate long Impairment(long index);

/// <summary>Paths at <see cref="ImpairedPaths.Rate"/>.</summary>
internal static class Impairments
{
    public const long Dropped = -1;

    private const long Millisecond = 1_000_000;
    private const int PerMillisecond = ImpairedPaths.Rate / 1000;

    public static readonly Impairment None = _ => 0;

    public static readonly Impairment Cut = _ => Dropped;

    /// <summary>Each datagram with that probability.</summary>
    public static Impairment Loses(int seed, double share)
    {
        var random = new Random(seed);
        return _ => random.NextDouble() < share ? Dropped : 0;
    }

    /// <summary>So many milliseconds in a row, somewhere in each fifth of a second.</summary>
    public static Impairment LosesBursts(int seed, int milliseconds)
    {
        const int Block = ImpairedPaths.Rate / 5;
        var random = new Random(seed);
        int length = milliseconds * PerMillisecond;
        (long block, int start) = (-1, 0);
        return index =>
        {
            if (index / Block != block)
                (block, start) = (index / Block, random.Next(Block - length));
            return index % Block - start is var at && at >= 0 && at < length ? Dropped : 0;
        };
    }

    /// <summary>Nothing comes in every other second.</summary>
    /// <param name="parity">Of those in which nothing comes.</param>
    public static Impairment Alternates(int parity) => index => index / ImpairedPaths.Rate % 2 == parity ? Dropped : 0;

    /// <summary>Some are late by up to so many milliseconds: others overtake them.</summary>
    public static Impairment Reorders(int seed, double share, int milliseconds)
    {
        var random = new Random(seed);
        return _ => random.NextDouble() < share ? random.NextInt64(milliseconds * Millisecond) : 0;
    }

    /// <summary>All are late by a time that changes between nothing and so many milliseconds, and back within two seconds; in order.</summary>
    public static Impairment Wanders(int milliseconds) =>
        index => (long)(milliseconds * Millisecond * (0.5 - (0.5 * Math.Cos(Math.PI * index / ImpairedPaths.Rate))));

    /// <summary>One path behind the other.</summary>
    public static Impairment And(this Impairment first, Impairment then) => index =>
    {
        (long a, long b) = (first(index), then(index));
        return a == Dropped || b == Dropped ? Dropped : a + b;
    };
}

namespace Mcr.Native.Egress;

/// <summary>
/// What an output remembers from batch to batch. It lies beside the tables, by counter entry, so that a new table does not refill a bucket.
/// Loop thread only; zero is a full bucket.
/// </summary>
internal struct OutputState
{
    /// <summary>Time in this clock is nanoseconds times 16, so that what one datagram of a fast output takes does not vanish in rounding.</summary>
    private const long Scale = 16;

    private const long Second = 1_000_000_000 * Scale;

    /// <summary>A bucket holds this long a stretch of its rate, or one packet of the greatest length if that is more.</summary>
    private const long Depth = Second / 100;

    private const int MaxPacketBits = 65_535 * 8;

    /// <summary>When all that was admitted would have left at exactly the rate (the bucket's level, told as a time).</summary>
    private long _spent;

    /// <summary>When the last batch of this output was paced, and when its last datagram is due.</summary>
    public long PacedAt;

    public long LastDue;

    /// <summary>Takes datagrams out of the bucket.</summary>
    /// <param name="rate">Bits a second, more than 0.</param>
    /// <param name="bits">Of one datagram, headers included.</param>
    /// <returns>How many of <paramref name="count"/> may leave.</returns>
    public int Admit(long now, long rate, int bits, int count)
    {
        long time = now * Scale;
        long depth = Math.Max(Depth, Take(rate, MaxPacketBits));
        long each = Take(rate, bits);
        long spent = Math.Clamp(_spent, time, time + depth); // a lower rate than before may have left more than a bucket holds
        int admitted = (int)Math.Min(count, each == 0 ? count : (time + depth - spent) / each);
        _spent = spent + (admitted * each);
        return admitted;
    }

    private static long Take(long rate, int bits) => Second * bits / rate;
}

namespace Mcr.Host.Mcrgen;

/// <summary>
/// Finds loss, duplicates and reordering in the sequence numbers of one stream, in bounded memory: it remembers which of the
/// last <c>window</c> numbers up to the highest one arrived. What comes later than that cannot be told from a duplicate and counts as one
/// (and stays lost), so trouble is never hidden.
/// </summary>
internal sealed class SequenceTracker
{
    /// <summary>A million datagrams, 128 KiB: two and a half seconds at 400,000/s.</summary>
    public const int DefaultWindow = 1 << 20;

    private readonly ulong[] _seen;
    private readonly ulong _window;

    /// <param name="window">A power of two, at least 64.</param>
    public SequenceTracker(int window = DefaultWindow)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 64);
        if (!int.IsPow2(window))
            throw new ArgumentOutOfRangeException(nameof(window), window, "The window is not a power of two.");
        _seen = new ulong[window / 64];
        _window = (ulong)window;
    }

    /// <summary>How many different numbers arrived.</summary>
    public long Unique { get; private set; }

    public long Duplicated { get; private set; }

    /// <summary>Of the unique ones, those that came after a higher number (RFC 4737).</summary>
    public long Reordered { get; private set; }

    /// <summary>The lowest number seen; meaningless while <see cref="Unique"/> is 0.</summary>
    public ulong First { get; private set; }

    /// <summary>The highest number seen; meaningless while <see cref="Unique"/> is 0.</summary>
    public ulong Last { get; private set; }

    /// <summary>Numbers between the first and the last one seen that did not arrive.</summary>
    public ulong Missing => Unique == 0 ? 0 : Last - First - (ulong)(Unique - 1);

    /// <summary>Numbers from 0 to the last one seen that did not arrive.</summary>
    public ulong MissingFromZero => Unique == 0 ? 0 : Last - (ulong)(Unique - 1);

    /// <returns>Whether this number had not arrived before.</returns>
    public bool Add(ulong sequence)
    {
        if (Unique == 0)
        {
            First = Last = sequence;
        }
        else if (sequence > Last)
        {
            Forget(sequence);
            Last = sequence;
        }
        else
        {
            if (Last - sequence >= _window || IsSeen(sequence))
            {
                Duplicated++;
                return false;
            }

            Reordered++;
            First = Math.Min(First, sequence);
        }

        _seen[(sequence & (_window - 1)) >> 6] |= 1UL << (int)(sequence & 63);
        Unique++;
        return true;
    }

    private bool IsSeen(ulong sequence) => (_seen[(sequence & (_window - 1)) >> 6] >> (int)(sequence & 63) & 1) != 0;

    /// <summary>Clears the places of the numbers after <see cref="Last"/> up to <paramref name="highest"/>; they held numbers a window older.</summary>
    private void Forget(ulong highest)
    {
        if (highest - Last >= _window)
        {
            Array.Clear(_seen);
            return;
        }

        for (ulong n = Last + 1; n <= highest && n != 0; n++)
            _seen[(n & (_window - 1)) >> 6] &= ~(1UL << (int)(n & 63));
    }
}

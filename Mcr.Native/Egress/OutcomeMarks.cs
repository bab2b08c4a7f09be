namespace Mcr.Native.Egress;

/// <summary>
/// Where to note what became of some datagrams of a run at one output: a byte each, in places of <see cref="Stride"/> bytes that are used round and round. Empty for
/// nearly all. Loop thread only.
/// </summary>
public unsafe struct OutcomeMarks
{
    /// <summary>Bytes between the notes of two datagrams.</summary>
    public const int Stride = 2048;

    /// <summary>Behind the last one comes the first again. A power of 2.</summary>
    public const int Places = 1024;

    /// <summary>Handed to the kernel, which took it.</summary>
    public const byte Sent = 1;

    /// <summary>Handed to the pacer, which sends it within a millisecond.</summary>
    public const byte Paced = 2;

    /// <summary>Plus <see cref="EgressError"/>: why it was not sent.</summary>
    public const byte FirstError = 16;

    /// <summary>The note in the first of all places; this and what follows are meaningless where <see cref="Count"/> is 0.</summary>
    public byte* Ring;

    /// <summary>That of the datagram <see cref="First"/>; the others follow.</summary>
    public int Place;

    /// <summary>The first datagram of the run that is noted, from 0.</summary>
    public int First;

    /// <summary>From one datagram that is noted to the next.</summary>
    public int Step;

    /// <summary>How many are noted.</summary>
    public int Count;

    public static byte Of(EgressError error) => (byte)(FirstError + (byte)error);

    /// <summary>Those of one datagram of the run, as if it were alone.</summary>
    internal readonly OutcomeMarks OfOne(int datagram)
    {
        if (Count == 0 || datagram < First || (datagram - First) % Step != 0 || (datagram - First) / Step >= Count)
            return default;
        return new OutcomeMarks { Ring = Ring, Place = (Place + ((datagram - First) / Step)) & (Places - 1), Step = 1, Count = 1 };
    }

    /// <summary>The datagrams from <paramref name="from"/> on, up to <paramref name="to"/> and without it, became this.</summary>
    internal readonly void Set(int from, int to, byte outcome)
    {
        if (Count == 0)
            return;
        int note = from <= First ? 0 : (from - First + Step - 1) / Step;
        for (; note < Count && First + (note * Step) < to; note++)
            Ring[((Place + note) & (Places - 1)) * Stride] = outcome;
    }
}

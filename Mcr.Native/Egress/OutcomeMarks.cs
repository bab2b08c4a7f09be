namespace Mcr.Native.Egress;

/// <summary>
/// Where to note what became of some datagrams of a run at one output: a byte each, <see cref="Stride"/> bytes apart. Empty for nearly all. Loop thread only.
/// </summary>
public unsafe struct OutcomeMarks
{
    /// <summary>Bytes between the notes of two datagrams.</summary>
    public const int Stride = 2048;

    /// <summary>Handed to the kernel, which took it.</summary>
    public const byte Sent = 1;

    /// <summary>Handed to the pacer, which sends it within a millisecond.</summary>
    public const byte Paced = 2;

    /// <summary>Plus <see cref="EgressError"/>: why it was not sent.</summary>
    public const byte FirstError = 16;

    /// <summary>Of the datagram <see cref="First"/>; meaningless where <see cref="Count"/> is 0.</summary>
    public byte* Note;

    /// <summary>The first datagram of the run that is noted, from 0.</summary>
    public int First;

    /// <summary>How many are noted.</summary>
    public int Count;

    public static byte Of(EgressError error) => (byte)(FirstError + (byte)error);

    /// <summary>The datagrams from <paramref name="from"/> on, up to <paramref name="to"/> and without it, became this.</summary>
    internal readonly void Set(int from, int to, byte outcome)
    {
        int end = Math.Min(to, First + Count);
        for (int i = Math.Max(from, First); i < end; i++)
            Note[(long)(i - First) * Stride] = outcome;
    }
}

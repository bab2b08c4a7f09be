namespace Mcr.Native.Feeds;

/// <summary>Where a merge is, in the words <see cref="SelectBlock.State"/> of its rule: whoever goes on with it goes on here. All are longs.</summary>
internal unsafe struct MergeState
{
    public const int Samples = 16;

    /// <summary>0: no datagram has come yet.</summary>
    public long HasRun;

    public long StreamHigh;
    public long StreamLow;

    /// <summary>The number that is forwarded next; all before have been, or are given up. Beyond the bits of the field it goes on counting.</summary>
    public long Next;

    /// <summary>Numbers before were looked through for losses.</summary>
    public long Settled;

    /// <summary>Numbers in a thousand seconds, of the last interval that was measured; 0: none yet.</summary>
    public long Rate;

    public long RateSince;

    /// <summary><see cref="Next"/> at that time, and as much more as numbers were given up since.</summary>
    public long RateFrom;

    /// <summary>The last heartbeat that was forwarded: when, and whose.</summary>
    public long HeartbeatAt;

    public long HeartbeatInput;

    /// <summary>Of the samples: how many there are, and the first one's place.</summary>
    public long SampleCount;

    public long FirstSample;

    /// <summary>Pairs: at that time (boot clock), <see cref="Next"/> was that.</summary>
    public fixed long Sample[Samples * 2];

    public readonly UInt128 Stream => new((ulong)StreamHigh, (ulong)StreamLow);
}

/// <summary>Where one input is, in its words <see cref="SelectBlock.InputState"/>.</summary>
internal struct MergeInput
{
    /// <summary>0: it has brought nothing of the stream that is forwarded.</summary>
    public long HasOwn;

    /// <summary>The newest number that it has brought of that.</summary>
    public long Own;

    /// <summary>When it last brought the very number that was wanted next; boot clock.</summary>
    public long DirectAt;

    /// <summary>Nanoseconds between two datagrams of it: the longest of late.</summary>
    public long Interval;

    /// <summary>The number that it has brought last.</summary>
    public long Last;

    /// <summary>How many datagrams in a row were of no use: it had brought them before, or their place was given up; and since when.</summary>
    public long Vain;

    public long VainSince;
}

namespace Mcr.Native.Rules;

/// <summary>What a rule with several inputs makes one stream of them by.</summary>
public enum SelectMode : byte
{
    /// <summary>One input at a time is relayed: the first healthy one.</summary>
    Failover,

    /// <summary>Every datagram once, from whichever input has it first.</summary>
    Merge,
}

/// <summary>How the inputs of a rule become one stream (<c>select</c>). Immutable and checked; build it with <see cref="SelectText"/>.</summary>
/// <param name="By">What tells datagrams apart and orders them. Of failover: what losses are counted by, null where nobody asks for them.</param>
public sealed record SelectSettings(SelectMode Mode, SelectKey? By)
{
    public const int MinInputs = 2;
    public const int MaxInputs = 8;

    public const int DefaultReceiveTimeoutMilliseconds = 100;
    public const int ShortestReceiveTimeoutMilliseconds = 10;
    public const int LongestReceiveTimeoutMilliseconds = 60_000;
    public const int DefaultRevertAfterMilliseconds = 5_000;
    public const int LongestRevertAfterMilliseconds = 3_600_000;
    public const long MostDatagrams = 100_000_000;

    public const int DefaultSkewMilliseconds = 50;
    public const int LongestSkewMilliseconds = 450;
    public const int DefaultBufferBytes = 32 << 20;
    public const int LeastBufferBytes = 1 << 20;
    public const int MostBufferBytes = 1 << 30;

    /// <summary>Of failover: an input that is silent for so long is not healthy (<c>receive-timeout</c>).</summary>
    public int ReceiveTimeoutMilliseconds { get; init; } = DefaultReceiveTimeoutMilliseconds;

    /// <summary>Of failover: datagrams a second that an input has at least while it is healthy (<c>min-rate</c>); 0: as few as there are.</summary>
    public long MinRate { get; init; }

    /// <summary>Of failover: the share of datagrams that an input loses at most while it is healthy (<c>max-loss</c>), in millionths; 0: nobody looks.</summary>
    public int MaxLossPpm { get; init; }

    /// <summary>Of failover: whether an earlier input is returned to when it is healthy again (<c>revert</c>).</summary>
    public bool Revert { get; init; } = true;

    /// <summary>Of failover: for so long it has to be healthy before (<c>revert-after</c>).</summary>
    public int RevertAfterMilliseconds { get; init; } = DefaultRevertAfterMilliseconds;

    /// <summary>Of merge: by how much one input may be behind another (<c>skew</c>).</summary>
    public int SkewMilliseconds { get; init; } = DefaultSkewMilliseconds;

    /// <summary>Of merge: how long what comes behind a gap waits for it to be filled by another input (<c>hold</c>), at most <see cref="SkewMilliseconds"/>; 0: everything is forwarded at once.</summary>
    public int HoldMilliseconds { get; init; } = DefaultSkewMilliseconds;

    /// <summary>Of merge: bytes of memory for what waits (<c>buffer</c>).</summary>
    public int BufferBytes { get; init; } = DefaultBufferBytes;

    /// <summary>As it is written.</summary>
    public override string ToString() => SelectText.Format(this);
}

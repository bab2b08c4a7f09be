namespace Mcr.Native.Feeds;

/// <summary>What becomes of a datagram that one of several inputs has brought.</summary>
public enum MergeVerdict : byte
{
    /// <summary>Forward it now; then, in this order, what <see cref="StreamMerger.TryNext"/> has.</summary>
    Forward,

    /// <summary>It was copied and waits; nothing to do but to look whether <see cref="StreamMerger.TryNext"/> has something.</summary>
    Held,

    /// <summary>It goes no further: counted.</summary>
    Dropped,

    /// <summary>There is no memory for it as yet, and nothing has been done or counted: forward what <see cref="StreamMerger.TryNext"/> has, flush, <see cref="StreamMerger.Release"/>, and bring it once more.</summary>
    Full,
}

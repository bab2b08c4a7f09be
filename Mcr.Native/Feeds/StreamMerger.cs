using Mcr.Native.Rules;

namespace Mcr.Native.Feeds;

/// <summary>
/// Several inputs of one stream to that stream. Made and disposed of by the control thread; used by the loop's alone.
/// </summary>
internal sealed unsafe class StreamMerger : IDisposable
{
    /// <param name="inputs">How many there are.</param>
    /// <param name="block">The rule's, see <see cref="SelectBlock"/>: who goes on with one goes on where it was.</param>
    public StreamMerger(SelectSettings settings, int inputs, long* block) => throw new NotImplementedException();

    /// <summary>When <see cref="Expire"/> has something to do, in nanoseconds of the boot clock; long.MaxValue: nothing waits.</summary>
    public long NextDeadline => throw new NotImplementedException();

    /// <summary>A datagram has come.</summary>
    /// <param name="now">Boot clock, nanoseconds, at the beginning of the turn.</param>
    public MergeVerdict Take(in FeedDatagram datagram, long now) => throw new NotImplementedException();

    /// <summary>What has waited and need not wait any longer, one after another. It stays where it is until <see cref="Release"/>.</summary>
    public bool TryNext(out FeedDatagram datagram) => throw new NotImplementedException();

    /// <summary>Gives up gaps that have been waited for long enough. Only when everything that had arrived at that time has been taken.</summary>
    public void Expire(long now) => throw new NotImplementedException();

    /// <summary>What <see cref="TryNext"/> has given is sent: its memory may be used again.</summary>
    public void Release() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

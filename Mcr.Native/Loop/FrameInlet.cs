using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Rules;

namespace Mcr.Native.Loop;

/// <summary>A source of frames, and what it takes to read datagrams in them. Loop thread only.</summary>
/// <param name="linkHeader">Bytes in front of the IP header.</param>
/// <param name="reassembly">Of its fragments; null: they are counted and dropped. Sources of one device share it, as they share its datagrams.</param>
/// <param name="queueFrames">Frames that can wait in it at most.</param>
internal sealed class FrameInlet(IFrameSource source, int linkHeader, Reassembly? reassembly, int queueFrames)
{
    public IFrameSource Source => source;

    public int LinkHeader => linkHeader;

    public Reassembly? Reassembly => reassembly;

    public int QueueFrames => queueFrames;

    /// <summary>Of a feed: everything that had come by then has been taken; boot clock, nanoseconds.</summary>
    public long TakenUntil { get; set; }

    /// <summary>Of a feed: a batch was taken, and there may be more. What has arrived before the last one of it has been taken, since a queue keeps the order.</summary>
    /// <param name="now">Boot clock.</param>
    /// <param name="arrival">Of the last one, wall clock; where it is not known, nothing is taken to lie in a queue for longer than anything may be waited for.</param>
    public void TookSome(long now, long arrival)
    {
        long until = arrival == ReceivedFrame.UnknownArrival ? now - (SelectSettings.LongestSkewMilliseconds * 1_000_000L) : arrival - (WallClock.Nanoseconds - BootClock.Nanoseconds);
        TakenUntil = Math.Max(TakenUntil, Math.Min(until, now));
    }

    /// <summary>After a flush: nobody looks at what it has delivered any more.</summary>
    public void Release()
    {
        source.Release();
        reassembly?.Release();
    }
}

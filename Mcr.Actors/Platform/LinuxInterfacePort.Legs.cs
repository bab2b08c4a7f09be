using System.Net;
using Mcr.Actors.Legs;
using Mcr.Native.Egress;
using Mcr.Native.Legs;

namespace Mcr.Actors.Platform;

/// <summary>Legs, in the workers' slots; each is one worker's.</summary>
public sealed partial class LinuxInterfacePort
{
    private const long NanosecondsPerMicrosecond = 1_000;

    public LegSent ReadLegSent(int counter)
    {
        LegSender sender = _seats.All[0].ReadLegSender(counter);
        return new LegSent(sender.Datagrams, sender.Fragmented, At(sender.LastSent));
    }

    public LegCounts ReadLegEnd(int counter)
    {
        LegReceiver receiver = _seats.All[0].ReadLeg(counter);
        long forged = receiver.Count(LegOutcome.UnknownKey) + receiver.Count(LegOutcome.Altered) + receiver.Count(LegOutcome.Replayed);
        LegLatencyWindow delays = receiver.Latency.Last is { Datagrams: > 0 } full ? full : receiver.Latency.Current;
        return new LegCounts(
            receiver.Count(LegOutcome.Good),
            receiver.Lost,
            receiver.Reordered,
            Enum.GetValues<LegOutcome>().Where(o => o != LegOutcome.Good).Sum(receiver.Count),
            forged,
            At(receiver.LastArrival))
        {
            Delay = delays.Datagrams <= 0 ? null : new LegDelay(delays.Least / NanosecondsPerMicrosecond, delays.Mean / NanosecondsPerMicrosecond, delays.Most / NanosecondsPerMicrosecond),
        };
    }

    public int PathMtu(IPAddress address) => PathProbe.MtuTo(address);

    /// <param name="nanoseconds">Since 1970; 0: never.</param>
    private static DateTimeOffset? At(long nanoseconds) => nanoseconds <= 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}

using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Packet;

namespace Mcr.Actors.Control;

/// <summary>Counters and rates on the control socket. Pure.</summary>
internal static class TrafficViews
{
    public static RatesEntry Rates(TrafficView view) => new(Rate(view.OneSecond), Rate(view.TenSeconds));

    public static CountersEntry? Counters(WorkerCounters? counters) => counters is null ? null : new CountersEntry(
        counters.Received,
        counters.Matched,
        counters.NoMatch,
        counters.ParseErrors,
        counters.Filtered,
        counters.KernelDrops,
        counters.Sent,
        counters.SentBytes,
        counters.Errors,
        ReasonNames.Named(Losses(counters.Drops), ReasonNames.Drops))
    {
        Spare = counters.Spare,
    };

    /// <summary>What matches no rule is not lost, nor what several inputs bring once more than it is needed: nobody wanted it.</summary>
    public static IEnumerable<long> Losses(ImmutableArray<long> drops) =>
        drops.Select((count, reason) => (DropReason)reason is DropReason.None or DropReason.NoRule || WorkerCounters.IsSpare((DropReason)reason) ? 0 : count);

    /// <summary>JSON has no NaN and no infinity: an interval of no length must not cost the whole answer.</summary>
    public static double Finite(double rate) => double.IsFinite(rate) ? rate : 0;

    private static RateEntry Rate(TrafficRate rate) => new(Rounded(rate.Packets), Rounded(rate.Bits), Rounded(rate.Sent), Rounded(rate.Drops));

    /// <summary>More digits than a sample has are noise.</summary>
    private static double Rounded(double rate) => Math.Round(Finite(rate), 1);
}

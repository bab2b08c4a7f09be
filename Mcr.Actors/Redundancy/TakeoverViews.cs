using Mcr.Native.Redundancy;
using Mcr.Native.Rules;

namespace Mcr.Actors.Redundancy;

/// <summary>What the workers of an interface have decided of a rule, as one. Pure.</summary>
internal static class TakeoverViews
{
    /// <summary>What is longer ago than this is not there any more.</summary>
    public static readonly TimeSpan Lately = TimeSpan.FromSeconds(5);

    /// <param name="takeovers">At least one.</param>
    /// <param name="clock">The boot clock.</param>
    public static TakeoverView Of(ForwardingRule rule, IReadOnlyList<Takeover> takeovers, long clock, DateTimeOffset now)
    {
        bool isForwarding = takeovers.Any(t => t.Role == TakeoverRole.Forwarding);
        Takeover latest = takeovers.Where(t => t.Role == TakeoverRole.Forwarding == isForwarding).MaxBy(t => t.ChangedAt);
        return new TakeoverView(rule, isForwarding, latest.Cause, now - TimeSpan.FromMilliseconds((clock - latest.ChangedAt) / 1_000_000))
        {
            Gap = latest.Gap == 0 ? null : TimeSpan.FromTicks(latest.Gap / 100),
            Takeovers = takeovers.Sum(t => t.Takeovers),
            Yields = takeovers.Sum(t => t.Yields),
            IsFlowing = takeovers.Any(t => IsLate(t.LastOwn)),
            IsHeard = takeovers.Any(t => IsLate(t.LastEcho)),
            IsCrowded = takeovers.Any(t => IsLate(t.LastUnknown)),
            HeardRank = takeovers.MaxBy(t => t.LastEcho).EchoRank,
            IsProven = takeovers.Any(t => t.IsProven),
            Strangers = takeovers.Sum(t => t.Strangers),
        };

        bool IsLate(long at) => at != 0 && clock - at < Lately.Ticks * 100;
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Messages;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Legs.LegsEffect>;

namespace Mcr.Actors.Legs;

/// <summary>What comes to the end of a leg and is not what the other end has sent.</summary>
internal sealed partial record LegsState
{
    /// <summary>Whoever sends such a thing may send very many.</summary>
    internal static readonly TimeSpan WarnInterval = TimeSpan.FromMinutes(1);

    /// <summary>By leg: when it was said last, and how many had been refused by then.</summary>
    private ImmutableDictionary<LegName, (TimeSpan At, long Forged)> Warned { get; init; } = ImmutableDictionary<LegName, (TimeSpan, long)>.Empty;

    /// <summary>To be asked before <see cref="See"/>: whether more has been refused that is somebody else's.</summary>
    public (LegsState Next, Effects Effects) Suspect(LegMessages.Seen seen, TimeSpan now)
    {
        LegsState next = this;
        var effects = ImmutableArray.CreateBuilder<LegsEffect>();
        foreach (LegHalf half in Halves)
        {
            if (!seen.Ends.TryGetValue(half.Rule.Id, out LegEnd? end) || !end.IsReady)
                continue;
            bool isKnown = Warned.TryGetValue(half.Name, out (TimeSpan At, long Forged) last);
            if (!isKnown && !end.IsFresh)
            {
                next = next with { Warned = next.Warned.SetItem(half.Name, (now - WarnInterval, end.Counts.Forged)) }; // an earlier mcrd's news
                continue;
            }

            long more = end.Counts.Forged - (isKnown && last.Forged <= end.Counts.Forged ? last.Forged : 0);
            if (more == 0 || (isKnown && now - last.At < WarnInterval))
                continue;
            next = next with { Warned = next.Warned.SetItem(half.Name, (now, end.Counts.Forged)) };
            effects.Add(new LegsEffect.Tell(News(half.Name, EventSeverity.Warning, string.Create(CultureInfo.InvariantCulture, $"{more} datagrams came to the leg of {Label(half.Name)} at port {end.Port} that node {half.Name.From} has not sent so: they were altered, sent a second time, or have a key that is not known; none of them was relayed. Look who can send to that port"))));
        }

        return (next with { Warned = next.Warned.RemoveRange(next.Warned.Keys.Where(name => !Halves.Any(h => h.Name == name))) }, effects.ToImmutable());
    }
}

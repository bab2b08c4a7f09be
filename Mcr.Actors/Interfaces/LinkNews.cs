using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>What a change of the machine's devices means to one input interface. Pure.</summary>
/// <param name="ConcernsPlan">What was planned may be wrong now.</param>
/// <param name="ConcernsInput">Something happened to the input device, which exists before and after.</param>
/// <param name="IsCarrierBack">It had no carrier meanwhile, and has one: whoever is at the other end may know nothing of our groups.</param>
internal readonly record struct LinkNews(bool ConcernsPlan, bool ConcernsInput, bool IsCarrierBack)
{
    /// <param name="before">null: nothing was known.</param>
    public static LinkNews Of(string input, IEnumerable<ForwardingRule> rules, LinkTable? before, LinkTable after)
    {
        if (before is null)
            return new LinkNews(true, false, false);
        HashSet<string> changed = [.. Names(before).Union(Names(after)).Where(name => Differs(Find(before, name), Find(after, name)))];
        bool concernsPlan = changed.Contains(input)
            || (changed.Count > 0 && rules.Any(r => r.Inputs.Any(i => !i.IsMulticast || changed.Contains(i.Interface)) || r.LocalOutputs.Any(o => changed.Contains(o.Interface)))); // a unicast input is an address of any device
        if (Find(before, input) is not { } was || Find(after, input) is not { } @is || was.Equals(@is) || !was.IsSameDevice(@is))
            return new LinkNews(concernsPlan, false, false);
        return new LinkNews(concernsPlan, true, @is.IsRunning && (!was.IsRunning || was.CarrierUps != @is.CarrierUps));
    }

    /// <summary>How often the carrier went and came is of no matter to a plan.</summary>
    private static bool Differs(Link? one, Link? other) =>
        (one is null) != (other is null) || (one is not null && !(one with { CarrierUps = 0, CarrierDowns = 0 }).Equals(other! with { CarrierUps = 0, CarrierDowns = 0 }));

    private static IEnumerable<string> Names(LinkTable table) => table.Links.Select(l => l.Name);

    private static Link? Find(LinkTable table, string name) => table.TryGet(name, out Link? link) ? link : null;
}

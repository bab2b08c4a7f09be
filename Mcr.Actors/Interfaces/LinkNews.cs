using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>What a change of the machine's devices means to one input interface, or to the home of rules with several inputs, which has several. Pure.</summary>
/// <param name="ConcernsPlan">What was planned may be wrong now.</param>
/// <param name="ConcernsInput">Something happened to an input device, which exists before and after.</param>
/// <param name="IsCarrierBack">It had no carrier meanwhile, and has one: whoever is at the other end may know nothing of our groups.</param>
internal readonly record struct LinkNews(bool ConcernsPlan, bool ConcernsInput, bool IsCarrierBack)
{
    /// <param name="before">null: nothing was known.</param>
    public static LinkNews Of(string input, IEnumerable<ForwardingRule> rules, LinkTable? before, LinkTable after)
    {
        if (before is null)
            return new LinkNews(true, false, false);
        HashSet<string> changed = [.. Names(before).Union(Names(after)).Where(name => Differs(Find(before, name), Find(after, name)))];
        string[] inputs = [.. FeedsHome.Inputs(input, rules)];
        bool concernsPlan = changed.Overlaps(inputs)
            || (changed.Count > 0 && rules.Any(r => r.Inputs.Any(i => !i.IsMulticast) || r.LocalOutputs.Any(o => changed.Contains(o.Interface)))); // a unicast input is an address of any device
        (Link Was, Link Is)[] altered =
        [
            .. inputs.Select(name => (Was: Find(before, name), Is: Find(after, name)))
                .Where(d => d is { Was: not null, Is: not null } && !d.Was.Equals(d.Is) && d.Was.IsSameDevice(d.Is))
                .Select(d => (d.Was!, d.Is!)),
        ];
        return new LinkNews(concernsPlan, altered.Length > 0, altered.Any(d => d.Is.IsRunning && (!d.Was.IsRunning || d.Was.CarrierUps != d.Is.CarrierUps)));
    }

    /// <summary>How often the carrier went and came is of no matter to a plan.</summary>
    private static bool Differs(Link? one, Link? other) =>
        (one is null) != (other is null) || (one is not null && !(one with { CarrierUps = 0, CarrierDowns = 0 }).Equals(other! with { CarrierUps = 0, CarrierDowns = 0 }));

    private static IEnumerable<string> Names(LinkTable table) => table.Links.Select(l => l.Name);

    private static Link? Find(LinkTable table, string name) => table.TryGet(name, out Link? link) ? link : null;
}

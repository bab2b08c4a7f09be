using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Configuration;
using Mcr.Native.Rules;

namespace Mcr.Actors.Legs;

/// <summary>The rules of other nodes that have an output on this one, to the rules at the ends of their legs. Pure.</summary>
internal static class LegHalves
{
    /// <param name="rules">Of all nodes, with the node that has each; of this one also those with a unicast input, whose ports are not to be had.</param>
    /// <param name="place">Where legs end.</param>
    /// <param name="before">The halves there are: each keeps its port.</param>
    /// <returns>Also why a leg has none.</returns>
    public static (ImmutableArray<LegHalf> Halves, ImmutableDictionary<LegName, string> Problems) Of(string self, IEnumerable<(string Node, ForwardingRule Rule)> rules, LegPlace place, LegSettings settings, ImmutableArray<LegHalf> before)
    {
        (LegName Name, RuleOutput Output, ForwardingRule Rule)[] wanted =
        [
            .. rules.Where(r => r.Node != self)
                .SelectMany(r => LegName.AllOf(r.Node, r.Rule).Where(l => l.Name.To == self).Select(l => (l.Name, l.Output, r.Rule)))
                .DistinctBy(l => l.Name).OrderBy(l => $"{l.Name}", StringComparer.Ordinal),
        ];
        if (place.Problem is { } problem)
            return ([], wanted.ToImmutableDictionary(w => w.Name, _ => problem));
        HashSet<ushort> own = [.. rules.Where(r => r.Node == self).SelectMany(r => r.Rule.Inputs).Where(i => i.From is null && !i.IsMulticast).SelectMany(i => Enumerable.Range(i.Port, i.Range.Ports)).Select(port => (ushort)port)];
        var ports = before.Where(h => h.Rule.Input.Port >= settings.FirstPort && h.Rule.Input.Port <= settings.LastPort && !own.Contains(h.Rule.Input.Port)).DistinctBy(h => h.Rule.Input.Port).ToDictionary(h => h.Name, h => h.Rule.Input.Port);
        HashSet<ushort> taken = [.. own, .. wanted.Where(w => ports.ContainsKey(w.Name)).Select(w => ports[w.Name])];
        var halves = ImmutableArray.CreateBuilder<LegHalf>();
        var problems = ImmutableDictionary.CreateBuilder<LegName, string>();
        var names = new HashSet<string>();
        ForwardingRule[] ownRules = [.. rules.Where(r => r.Node == self).Select(r => r.Rule)];
        var inputs = new HashSet<LegInput>(); // that have a leg
        foreach ((LegName name, RuleOutput output, ForwardingRule rule) in wanted)
        {
            LegInput? into = null;
            if (output.Rule is { } wantedRule && (into = Into(name, rule, wantedRule, ownRules)) is null)
                problems.Add(name, WhyNotInto(name, rule, wantedRule, ownRules));
            else if (into is not null && !inputs.Add(into))
                problems.Add(name, $"input {into.From} of rule {output.Rule} of node {self} has the leg of another rule of that name already; name rules by their ids there");
            else if (!ports.TryGetValue(name, out ushort port) && !TryTakePort(name, settings, taken, out port))
                problems.Add(name, string.Create(CultureInfo.InvariantCulture, $"all ports of mcr.cluster.legs.ports ({settings.FirstPort}-{settings.LastPort}) of node {self} are taken by other legs and by rules; give it more"));
            else
                halves.Add(new LegHalf(name, Half(name, output, rule, into, place, port, names)));
        }

        return (halves.ToImmutable(), problems.ToImmutable());
    }

    private static ForwardingRule Half(LegName name, RuleOutput output, ForwardingRule rule, LegInput? into, LegPlace place, ushort port, HashSet<string> names)
    {
        var input = new RuleInput(place.Interface, place.Address, port) { Leg = new LegOrigin(name.From, rule.Id) };
        return new ForwardingRule(name.HalfId, NameOf(name, rule, names), input, [into is null ? output with { Node = null, Pair = [], RateLimit = 0 } : RuleOutput.To(output.Rule!) with { Into = into }])
        {
            Analysis = rule.Analysis,
            Alarms = rule.Alarms,
            Redundancy = output.Pair.IsEmpty ? null : new RedundancySettings(output.Pair, output.Pair[0], Revert: true, RedundancySettings.DefaultTakeoverAfterMilliseconds),
        };
    }

    /// <summary>The input of a rule of this node that is meant; null: there is none.</summary>
    private static LegInput? Into(LegName name, ForwardingRule from, string wanted, ForwardingRule[] own) =>
        Named(wanted, own) is { } rule && rule.Inputs.Select(i => i.From).FirstOrDefault(i => i is not null && i.Node == name.From && (i.Rule == from.Id.Value || i.Rule == from.Name)) is { } input
            ? new LegInput(rule.Id, input)
            : null;

    private static ForwardingRule? Named(string text, ForwardingRule[] rules) => rules.FirstOrDefault(r => r.Id.Value == text) ?? rules.FirstOrDefault(r => r.Name == text);

    private static string WhyNotInto(LegName name, ForwardingRule from, string wanted, ForwardingRule[] own) => Named(wanted, own) is null
        ? $"node {name.To} has no rule {wanted} with an input from another node; add one there, with an input {{ node = {name.From}, rule = {from.Name ?? from.Id.Value} }}"
        : $"rule {wanted} of node {name.To} has no input {{ node = {name.From}, rule = {from.Name ?? from.Id.Value} }}; give it one, or leave the output out";

    /// <summary><c>studio@a</c>, and <c>studio@a/2</c> for the next output of the same rule.</summary>
    private static string NameOf(LegName name, ForwardingRule rule, HashSet<string> names)
    {
        string from = $"@{name.From}";
        for (int i = 1; ; i++)
        {
            string number = i == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"/{i}");
            int room = ForwardingRule.MaxNameLength - number.Length;
            string text = $"{Cut($"{Cut(rule.Name ?? rule.Id.Value, room - from.Length)}{from}", room)}{number}";
            if (names.Add(text))
                return text;
        }
    }

    /// <summary>Not in the middle of a character.</summary>
    private static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : Math.Max(0, length))];

    /// <summary>Begins at a place that the leg's name decides, so that an mcrd which has forgotten everything mostly finds the same.</summary>
    private static bool TryTakePort(LegName name, LegSettings settings, HashSet<ushort> taken, out ushort port)
    {
        int count = settings.LastPort - settings.FirstPort + 1;
        for (int i = 0; i < count; i++)
        {
            port = (ushort)(settings.FirstPort + (((name.Mark % count) + i) % count));
            if (taken.Add(port))
                return true;
        }

        port = 0;
        return false;
    }
}

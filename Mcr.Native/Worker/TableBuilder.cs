using Mcr.Native.Egress;
using Mcr.Native.Loop;
using Mcr.Native.Rules;

namespace Mcr.Native.Worker;

/// <summary>Resolved rules and open sockets to the table that the loop runs. Pure.</summary>
public static class TableBuilder
{
    /// <exception cref="InvalidDataException">a rule names a socket that was never passed, or two rules have one input.</exception>
    public static ForwardingTable Build(ResolvedRuleSet rules, ulong hash, IReadOnlyDictionary<int, EgressSocket> sockets)
    {
        var keys = new List<RuleKey>(rules.Rules.Length);
        var entries = new List<RuleEntry>(rules.Rules.Length);
        var outputs = new List<OutputTarget>();
        var used = new List<EgressSocket>();
        var places = new Dictionary<int, int>(); // socket id → place in this table
        var seen = new HashSet<RuleKey>();
        foreach (ResolvedRule rule in rules.Rules)
        {
            var key = new RuleKey(Addresses.ToNumber(rule.Group), rule.Port, rule.Source is null ? 0 : Addresses.ToNumber(rule.Source));
            if (!seen.Add(key))
                throw new InvalidDataException($"two rules for {rule.Group}:{rule.Port}");
            keys.Add(key);
            entries.Add(new RuleEntry(rule.Counter, outputs.Count, rule.Outputs.Length, rule.Muted));
            foreach (ResolvedOutput output in rule.Outputs)
            {
                if (!places.TryGetValue(output.Socket, out int place))
                {
                    if (!sockets.TryGetValue(output.Socket, out EgressSocket socket))
                        throw new InvalidDataException($"rule for {rule.Group}:{rule.Port} names socket {output.Socket}, which was not passed");
                    place = used.Count;
                    used.Add(socket);
                    places[output.Socket] = place;
                }

                outputs.Add(new OutputTarget(output.Address, output.Port, place, output.Counter, output.Options));
            }
        }

        return new ForwardingTable(new RuleTable(keys, entries), new OutputTable(outputs, used), rules.Generation, hash);
    }
}

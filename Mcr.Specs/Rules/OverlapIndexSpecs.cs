using System.Net;
using CsCheck;
using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

public sealed class OverlapIndexSpecs
{
    /// <summary>Few groups, so that much overlaps.</summary>
    private static readonly Gen<(string Interface, IPAddress Group)> Place = Gen.Select(Gen.Int[0, 1], Gen.Bool, Gen.Int[0, 15], (device, v6, group) =>
        ($"eth{device}", IPAddress.Parse(v6 ? $"ff05::{group:x}" : $"239.0.0.{group}")));

    private static readonly Gen<ForwardingRule> Rule = Gen.Select(Place, Gen.Int[0, 4], Gen.Int[0, 1], Place.Array[1, 2], (input, bits, ports, outputs) => new ForwardingRule(
        new RuleId("candidate"),
        null,
        new RuleInput(input.Interface, Masked(input.Group, bits), 5000) { PrefixLength = Length(input.Group, bits), LastPort = (ushort)(5000 + ports) },
        [.. outputs.Select(o => new RuleOutput(o.Interface, Masked(o.Group, bits), 6000) { PrefixLength = Length(o.Group, bits) })]));

    /// <summary>Against looking at all of them.</summary>
    [Fact]
    public void It_should_find_whatever_overlaps_and_nothing_else() =>
        Gen.Select(Rule.Array[0, 12], Gen.Bool.Array[12], Rule).Sample((rules, isRemoved, candidate) =>
        {
            OverlapIndex.Builder index = OverlapIndex.Empty.ToBuilder();
            ForwardingRule[] named = [.. rules.Select((rule, i) => rule with { Id = new RuleId($"r{i}") })];
            foreach (ForwardingRule rule in named)
                index.Add(rule);
            for (int i = 0; i < named.Length; i++)
            {
                if (isRemoved[i])
                    index.Remove(named[i]);
            }

            RuleId[] expected = [.. named.Where((rule, i) => !isRemoved[i] && MayMeet(rule, candidate)).Select(rule => rule.Id)];
            Assert.Equal(expected.Order(ById), index.ToImmutable().ToBuilder().Near(candidate).Order(ById));
        });

    private static byte Length(IPAddress group, int bits) => (byte)(GroupRange.Bits(group) - bits);

    private static IPAddress Masked(IPAddress group, int bits) => GroupRange.Masked(group, Length(group, bits));

    private static readonly Comparer<RuleId> ById = Comparer<RuleId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value));

    private static bool MayMeet(ForwardingRule rule, ForwardingRule candidate) =>
        (RuleOverlaps.IsRange(rule) || RuleOverlaps.IsRange(candidate)) && Places(rule).Any(a => Places(candidate).Any(b => a.Interface == b.Interface && a.Range.OverlapsGroups(b.Range)));

    private static IEnumerable<(string Interface, GroupRange Range)> Places(ForwardingRule rule) =>
        [(rule.Input.Interface, rule.Input.Range), .. rule.Outputs.Select(o => (o.Interface, o.Range))];
}

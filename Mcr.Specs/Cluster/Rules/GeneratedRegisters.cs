using System.Collections.Immutable;
using CsCheck;
using Mcr.Actors.Cluster.Rules;

namespace Mcr.Specs.Cluster.Rules;

/// <summary>Registers and shards as they may come from anywhere, also such as no node of this version makes.</summary>
internal static class GeneratedRegisters
{
    public static readonly Gen<RuleValue?> Value = Gen.Select(Gen.Int[0, 4], Gen.Bool, Gen.Bool, (text, fromFile, other) => text == 0 ? null : new RuleValue($$"""{"id":"v{{text}}","name":"„é\"\\"}""", other ? "mcrctl" : "b.hocon:7", fromFile));

    public static readonly Gen<RuleWrite> Write = Gen.Select(
        Gen.Select(Gen.OneOf("a#1", "b#1", "b#2"), Gen.Int[1, 4], Gen.Int[0, 3]),
        Gen.Select(Gen.OneOf("mcrctl root", "console alice"), Gen.Int[0, 2]),
        Value,
        Gen.OneOf<string?>(null, null, null, """{"later":{"of":[1,"two",null]}}"""),
        (id, people, value, more) => new RuleWrite(id.Item1, id.Item2, id.Item3, people.Item1, people.Item2, value, more));

    public static readonly Gen<SeenWrites> Seen = Gen.Int[0, 4].Array[3].Select(n => SeenWrites.Of([new("a#1", n[0]), new("b#1", n[1]), new("b#2", n[2])]));

    public static readonly Gen<RuleRegister> Register = Gen.Select(Write.Array[0, 4], Seen, RuleRegister.Of);

    public static readonly Gen<RuleShard> Shard = Gen.Select(Gen.OneOf("a", "b").Select(Gen.OneOf("r1", "r2", "r3"), (node, id) => new RuleKey(node, id)), Register).Array[0, 6]
        .Select(rules => new RuleShard(rules.DistinctBy(r => r.Item1).ToImmutableDictionary(r => r.Item1, r => r.Item2)));
}

using CsCheck;
using Mcr.Actors.Cluster.Rules;

namespace Mcr.Specs.Cluster.Rules;

/// <summary>Registers and shards merge to the same, in whatever order and however often they come.</summary>
public sealed class RuleRegisterSpecs
{
    private static readonly RuleValue V1 = new("v1", "mcrctl"), V2 = new("v2", "mcrctl");

    [Fact]
    public void Merging_registers_should_be_commutative_associative_and_idempotent() =>
        Gen.Select(GeneratedRegisters.Register, GeneratedRegisters.Register, GeneratedRegisters.Register).Sample(
            (a, b, c) =>
            {
                RuleRegister ab = a.Merge(b);
                Assert.Equal(ab, b.Merge(a));
                Assert.Equal(ab.Merge(c), a.Merge(b.Merge(c)));
                Assert.Same(a, a.Merge(a));
                Assert.Same(ab, ab.Merge(a));
                Assert.Same(ab, ab.Merge(b));
                Assert.Equal(ab.Winner, b.Merge(a).Winner);
                Assert.All(ab.Writes, w => Assert.True(ab.Seen.Has(w)));
            },
            iter: 20_000);

    [Fact]
    public void Merging_shards_should_be_commutative_associative_and_idempotent() =>
        Gen.Select(GeneratedRegisters.Shard, GeneratedRegisters.Shard, GeneratedRegisters.Shard).Sample(
            (a, b, c) =>
            {
                RuleShard ab = a.Merge(b);
                Assert.Equal(ab, b.Merge(a));
                Assert.Equal(ab.GetHashCode(), b.Merge(a).GetHashCode());
                Assert.Equal(ab.Merge(c), a.Merge(b.Merge(c)));
                Assert.Same(ab, ab.Merge(a));
                Assert.Same(ab, ab.Merge(b));
            },
            iter: 5_000);

    [Fact]
    public void Write_that_has_seen_another_should_take_its_place_wherever_both_come_together()
    {
        RuleRegister first = RuleRegister.Empty.With(Write("a#1", 1, 9, V1), SeenWrites.None);
        RuleRegister second = first.With(Write("b#1", 1, 1, null), first.Seen);
        Assert.Null(second.Value);
        Assert.Equal(second, first.Merge(second));
        Assert.Same(second, second.Merge(first));
        Assert.Single(second.Writes);
    }

    [Fact]
    public void Writes_that_did_not_know_of_each_other_should_both_be_kept_and_the_greater_clock_count()
    {
        RuleRegister one = RuleRegister.Empty.With(Write("b#1", 1, 1, V1), SeenWrites.None);
        RuleRegister other = RuleRegister.Empty.With(Write("a#1", 7, 2, V2), SeenWrites.None);
        RuleRegister both = one.Merge(other);
        Assert.Equal(V2, both.Value);
        Assert.Equal(V1, Assert.Single(both.Losers).Value);
        Assert.Empty(both.With(Write("b#1", 2, 3, V1), both.Seen).Losers);
    }

    [Fact]
    public void Writes_that_say_the_same_should_be_no_conflict()
    {
        RuleRegister both = RuleRegister.Empty.With(Write("b#1", 1, 1, V1), SeenWrites.None).Merge(RuleRegister.Empty.With(Write("a#1", 7, 2, V1 with { Origin = "c" }), SeenWrites.None));
        Assert.Equal(2, both.Writes.Length);
        Assert.Empty(both.Losers);
    }

    [Fact]
    public void What_is_in_a_file_should_count_more_than_a_greater_clock()
    {
        RuleRegister both = RuleRegister.Empty.With(Write("b#1", 1, 0, V1 with { IsFile = true }), SeenWrites.None).Merge(RuleRegister.Empty.With(Write("a#1", 7, 5, null), SeenWrites.None));
        Assert.Equal("v1", both.Value?.Text);
    }

    /// <summary>Every version must find a rule in the same shard.</summary>
    [Theory]
    [InlineData("a", "r1", 73)]
    [InlineData("b", "r1", 50)]
    [InlineData("b", "0a1b2c3d4e5f6071", 229)]
    [InlineData("studio-ö", "video", 44)]
    public void Shard_of_a_rule_should_never_change(string node, string id, int shard) => Assert.Equal(shard, new RuleKey(node, id).Shard);

    [Fact]
    public void Rules_should_be_spread_over_the_shards()
    {
        int[] sizes = new int[RuleKey.Shards];
        for (int i = 0; i < 25_600; i++)
            sizes[new RuleKey($"node{i % 10}", $"{i * 7919:x16}").Shard]++;
        Assert.InRange(sizes.Max(), 100, 150);
        Assert.Equal("rules-007", RuleKey.NameOf(7));
    }

    private static RuleWrite Write(string writer, long number, long clock, RuleValue? value) => new(writer, number, clock, "mcrctl root", 0, value);
}

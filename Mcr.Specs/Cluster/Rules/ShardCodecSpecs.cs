using System.Text;
using CsCheck;
using Mcr.Actors.Cluster.Rules;

namespace Mcr.Specs.Cluster.Rules;

/// <summary>Shards as bytes, between nodes of different versions.</summary>
public sealed class ShardCodecSpecs(ITestOutputHelper output)
{
    private const string Rule = """{"id":"0a1b2c3d4e5f6071","name":"video","input":{"interface":"eth0","group":"239.1.1.1","port":5000},"outputs":[{"interface":"eth1","group":"239.2.2.2","port":6000}]}""";

    private static readonly RuleKey Key = new("b", "0a1b2c3d4e5f6071");

    private static readonly RuleRegister Register = RuleRegister.Empty.With(new RuleWrite("a#00000000000000ff", 4_294_967_297, 12, "mcrctl root", 1_796_000_000_000, new RuleValue(Rule, "mcrctl")), SeenWrites.None);

    private static readonly RuleRegister Tombstone = Register.With(new RuleWrite("b#0123456789abcdef", 4_294_967_300, 13, "console alice", 1_796_000_000_001, null), Register.Seen);

    /// <summary>What this version writes: a later one must read it, and this one what an earlier one left out.</summary>
    private const string Recorded =
        """{"version":1,"rules":[{"node":"b","id":"r1","writes":[{"writer":"a#1","number":7,"clock":3,"by":"mcrctl root","at":5,"text":"{\"id\":\"r1\"}","origin":"mcrctl","file":true},{"writer":"b#2","number":1,"clock":2}],"seen":{"a#1":7,"b#1":9,"b#2":1}}]}""";

    private const string Older = """{"rules":[{"node":"b","id":"r1","writes":[{"writer":"a#1","number":7,"text":"{}"}]},{"node":"b","id":"r2"}]}""";

    private const string Newer =
        """{"version":9,"epoch":{"a":1},"rules":[{"node":"b","id":"r1","lease":"x","writes":[{"writer":"a#1","number":7,"clock":3,"text":"{\"fec\":\"on\"}","origin":"mcrctl","until":"2030","tags":{"site":["x",1.50,null]}}]}]}""";

    [Fact]
    public void A_shard_should_be_the_recorded_text_and_come_back()
    {
        RuleShard shard = Decode(Recorded);
        Assert.Equal(Recorded, Encode(shard));
        RuleRegister register = shard[new RuleKey("b", "r1")];
        Assert.Equal(new RuleWrite("a#1", 7, 3, "mcrctl root", 5, new RuleValue("""{"id":"r1"}""", "mcrctl", IsFile: true)), register.Winner);
        Assert.Null(register.Writes[1].Value);
        Assert.Equal(9, register.Seen["b#1"]);
    }

    [Fact]
    public void What_an_older_node_leaves_out_should_be_as_by_default()
    {
        RuleShard shard = Decode(Older);
        RuleRegister register = shard[new RuleKey("b", "r1")];
        Assert.Equal(new RuleWrite("a#1", 7, 0, "", 0, new RuleValue("{}", "")), register.Winner);
        Assert.Equal(7, register.Seen["a#1"]);
        Assert.Equal(RuleRegister.Empty, shard[new RuleKey("b", "r2")]);
    }

    /// <summary>A node of this version between two newer ones takes nothing away.</summary>
    [Fact]
    public void What_a_newer_node_says_beside_should_be_passed_on()
    {
        RuleShard shard = Decode(Newer);
        Assert.Equal("""{"fec":"on"}""", shard[new RuleKey("b", "r1")].Value?.Text);
        RuleShard merged = Decode(Recorded.Replace("r1", "r0", StringComparison.Ordinal)).Merge(shard);
        Assert.Contains("""{"writer":"a#1","number":7,"clock":3,"text":"{\"fec\":\"on\"}","origin":"mcrctl","until":"2030","tags":{"site":["x",1.50,null]}}""", Encode(merged), StringComparison.Ordinal);
        Assert.Equal(merged, Decode(Encode(merged)));
    }

    [Fact]
    public void Any_shard_should_come_back_and_equal_shards_should_be_equal_bytes() =>
        Gen.Select(GeneratedRegisters.Shard, GeneratedRegisters.Shard).Sample(
            (one, other) =>
            {
                RuleShard both = one.Merge(other);
                Assert.Equal(both, Decode(Encode(both)));
                Assert.Equal(Encode(both), Encode(other.Merge(one)));
            },
            iter: 3_000);

    [Theory]
    [InlineData("", "the rules of a shard are not JSON as this version has it: ")]
    [InlineData("null", "the rules of a shard are null")]
    [InlineData("[]", "the rules of a shard are not JSON as this version has it: ")]
    [InlineData("""{"rules":[null]}""", "a rule has no node")]
    [InlineData("""{"rules":[{"node":"b"}]}""", "a rule has no id")]
    [InlineData("""{"rules":[{"node":"b","id":"r1","writes":[null]}]}""", "a write of rule b/r1 is null")]
    [InlineData("""{"rules":[{"node":"b","id":"r1","writes":[{"number":1}]}]}""", "a write of rule b/r1 has no writer")]
    [InlineData("""{"rules":[{"node":"b","id":"r1","writes":[{"writer":"a"}]}]}""", "a write of rule b/r1 has the number 0 and the clock 0")]
    [InlineData("""{"rules":[{"node":"b","id":"r1","writes":[{"writer":"a","number":1,"clock":-1}]}]}""", "a write of rule b/r1 has the number 1 and the clock -1")]
    [InlineData("""{"rules":[{"node":"b","id":"r1","writes":[{"writer":"a","number":1,"x":[[[[[[[[[[[[[[]]]]]]]]]]]]]]}]}]}""", "the rules of a shard are not JSON as this version has it: ")]
    public void Anything_else_should_be_refused_with_a_sentence(string json, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<InvalidDataException>(() => Decode(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void More_bytes_than_a_shard_can_have_should_be_refused() =>
        Assert.Contains("more than the 8 MiB", Assert.Throws<InvalidDataException>(() => ShardCodec.Decode(new byte[ShardCodec.MaxBytes + 1])).Message, StringComparison.Ordinal);

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_shards_should_never_do_more_than_be_refused()
    {
        byte[][] seeds = [.. new[] { Recorded, Older, Newer, Encode(Of(Register)), Encode(Of(Tombstone)), """{"rules":[{"node":"\ud83d\ude00","id":"x"}]}""" }.Select(Encoding.UTF8.GetBytes)];
        int accepted = Mutations.Run(output, seeds, 100_000, bytes =>
        {
            RuleShard shard = ShardCodec.Decode(bytes);
            Assert.Equal(shard, Decode(Encode(shard))); // and what was accepted can be passed on
        });
        output.WriteLine($"{accepted} accepted");
        Assert.InRange(accepted, 1, 99_999);
    }

    [Fact]
    public void A_rule_and_a_tombstone_should_be_small()
    {
        int empty = Encode(RuleShard.Empty).Length;
        (int rule, int tombstone) = (Encode(Of(Register)).Length - empty, Encode(Of(Tombstone)).Length - empty);
        output.WriteLine($"a rule of {Rule.Length} bytes takes {rule}, its tombstone {tombstone}");
        Assert.InRange(rule, Rule.Length, Rule.Length + 240);
        Assert.InRange(tombstone, 1, 260);
    }

    private static RuleShard Of(RuleRegister register) => Decode("{}").Merge(new RuleShard(RuleShard.Empty.Rules.Add(Key, register)));

    private static string Encode(RuleShard shard) => Encoding.UTF8.GetString(ShardCodec.Encode(shard));

    private static RuleShard Decode(string json) => ShardCodec.Decode(Encoding.UTF8.GetBytes(json));
}

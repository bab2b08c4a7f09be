using System.Collections.Immutable;
using System.Net;
using System.Text;
using CsCheck;
using Mcr.Actors.Configuration;
using Mcr.Actors.Legs;
using Mcr.Actors.Messages;
using Mcr.Actors.State;
using Mcr.Native.Rules;

namespace Mcr.Specs.Legs;

/// <summary>The ends of legs over a restart of mcrd.</summary>
public sealed class LegsFileSpecs(ITestOutputHelper output) : IDisposable
{
    private readonly string _base = Directory.CreateTempSubdirectory("mcr-spec-legs-").FullName;
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_base, recursive: true);

    [Fact]
    public void Every_half_should_come_back_as_it_was()
    {
        StateDirectory directory = Open();
        Gen<string?> names = Gen.String[Gen.Char.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)), 1, 64].Null();
        Gen.Select(GeneratedRules.Any.Where(r => r.Input.Range.IsExact), names, Gen.Bool).Sample(
            (rule, name, v6) =>
            {
                ForwardingRule named = rule with { Name = name, Outputs = [.. rule.Outputs.Select((o, i) => i % 2 == 1 || o.Source == SourceMode.Keep || o.DecrementTtl ? o with { Node = null, Pair = [] } : o with { Node = "b", Pair = i % 4 == 0 ? [] : ["c", "b"] })] };
                LegPlace place = LegRules.Place with { Address = IPAddress.Parse(v6 ? "fd00::2" : "10.7.0.2") };
                ImmutableArray<LegHalf> halves = LegHalves.Of("b", [("a", named)], place, LegSettings.Default, []).Halves;
                Assert.Null(LegsFile.Write(directory, halves));
                ImmutableArray<LegHalf>? read = LegsFile.Read(directory, "b");
                Assert.True(_warnings.Count == 0, string.Join("\n", _warnings));
                Assert.Equal(halves, read!.Value);
            },
            iter: 500,
            threads: 1);
    }

    [Fact]
    public void Legs_of_a_node_of_another_name_should_be_left_out()
    {
        StateDirectory directory = Open();
        Assert.Null(LegsFile.Read(directory, "b"));
        LegHalf[] halves = LegRules.Halves(("a", LegRules.Rule("studio", null, LegRules.Output("b"))));
        Assert.Null(LegsFile.Write(directory, halves));
        Assert.Equal(halves, LegsFile.Read(directory, "b")!.Value);
        Assert.Empty(LegsFile.Read(directory, "c")!.Value);
    }

    /// <summary>Before any other node is heard: what comes by legs goes on.</summary>
    [Fact]
    public void Relay_should_begin_with_the_halves_that_there_were_and_a_node_without_a_cluster_with_none()
    {
        StateDirectory directory = Open();
        var video = new RuleWithOrigin(TestRules.Rule("in0", "239.1.1.1", 5000, "studio@a", "239.2.2.1:6000:out0"), "mcrd.hocon:7:3");
        LegHalf[] halves = LegRules.Halves(("a", LegRules.Rule("studio", null, LegRules.Output("b"))), ("a", LegRules.Rule("other", null, LegRules.Output("b", 3))));
        Assert.Null(LegsFile.Write(directory, halves));
        RuleLedger ledger = RuleLedger.Open([video], directory, "b");
        Assert.Equal([video, halves.Single(h => h.Name.Rule == "other").WithOrigin], ledger.Rules.OrderBy(r => r.Origin == video.Origin ? 0 : 1));
        Assert.Contains("(studio@a) of leg from node a cannot be beside the other rules of this node, and is left out: name: 'studio@a' is the name of rule", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Equal((0, 0), ledger.Changes);
        Assert.Equal([video], RuleLedger.Open([video], directory).Rules);
        Assert.Equal([video], RuleLedger.Open([video], directory, "c").Rules);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version":2,"legs":[]}""")]
    [InlineData("""{"version":1,"legs":[null]}""")]
    [InlineData("""{"version":1,"legs":[{"from":"a","rule":"r","output":"o","to":"b","address":"10.7.0.2","half":"{}"}]}""")]
    [InlineData("""{"version":1,"legs":[{"from":"a\u001b","rule":"r","output":"o","to":"b","address":"10.7.0.2","half":"{}"}]}""")]
    [InlineData("""{"version":1,"legs":[{"from":"a","rule":"r","output":"\ud800","to":"b","address":"10.7.0.2","half":"{}"}]}""")]
    public void What_cannot_be_used_should_be_refused(string text) => Assert.Throws<InvalidDataException>(() => LegsFile.Decode(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Damaged_file_should_be_set_aside_with_a_word_and_the_relay_begin_all_the_same()
    {
        LegHalf half = LegRules.Halves(("a", LegRules.Rule("studio", null, LegRules.Output("b")))).Single();
        LegHalf sameInput = half with { Name = half.Name with { Rule = "other" }, Rule = half.Rule with { Id = (half.Name with { Rule = "other" }).HalfId } };
        LegHalf otherRule = half with { Rule = half.Rule with { Id = new RuleId("r-1") } };
        LegHalf onAGroup = half with { Rule = half.Rule with { Input = half.Rule.Input with { Group = IPAddress.Parse("239.1.1.1") } } };
        LegHalf withALeg = half with { Rule = half.Rule with { Outputs = [LegRules.Output("c")] } };
        foreach (LegHalf[] damaged in new LegHalf[][] { [half, half], [half, sameInput], [otherRule], [onAGroup], [withALeg] })
        {
            StateDirectory directory = Open();
            Assert.Null(LegsFile.Write(directory, damaged));
            Assert.Empty(RuleLedger.Open([], directory, "b").Rules);
            Assert.Contains(LegsFile.Name, Assert.Single(_warnings), StringComparison.Ordinal);
            _warnings.Clear();
        }
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_bytes_should_be_refused_or_be_halves_that_the_relay_can_begin_with()
    {
        LegHalf[] halves = LegRules.Halves(("a", LegRules.Rule("studio", "news", LegRules.Output("b") with { Dscp = 46 }, LegRules.Output("b", 3, "out1", "b", "c"))));
        int accepted = Mutations.Run(output, [LegsFile.Encode(halves), LegsFile.Encode(halves[..1]), LegsFile.Encode([])], 20_000, bytes =>
        {
            ImmutableArray<LegHalf> read = LegsFile.Decode(bytes);
            Assert.InRange(Overlay.On([], "b").WithHalves(read.Select(h => h.WithOrigin)).Apply().Rules.Length, 0, read.Length);
            LegHalves.Of("b", [("a", LegRules.Rule("studio", "news", LegRules.Output("b")))], LegRules.Place, LegSettings.Default, read);
            Assert.Equal(read, LegsFile.Decode(LegsFile.Encode(read)));
        });
        Assert.InRange(accepted, 100, 19_000);
    }

    private StateDirectory Open() => new(Path.Combine(_base, "control.state"), _warnings.Add, TimeProvider.System);
}

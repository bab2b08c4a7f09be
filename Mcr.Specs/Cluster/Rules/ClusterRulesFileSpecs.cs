using System.Collections.Immutable;
using System.Text;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.State;

namespace Mcr.Specs.Cluster.Rules;

/// <summary>The file: what is saved comes back, no write number is used twice, and what cannot be read hurts nobody.</summary>
public sealed class ClusterRulesFileSpecs : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mcr-spec-cluster-").FullName;
    private readonly List<string> _warnings = [];

    private string Path => System.IO.Path.Combine(_directory, ClusterRulesFile.Name);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Everything_should_come_back_and_each_start_have_numbers_of_its_own()
    {
        (SavedRules first, string? problem) = File().Open("b", 7);
        Assert.Null(problem);
        Assert.True(first.IsNew);
        Assert.Equal("b#0000000000000007", first.Writer);
        ImmutableDictionary<string, RuleValue> local = ImmutableDictionary<string, RuleValue>.Empty.Add("r1", new RuleValue("v1", "mcrd.hocon:7", IsFile: true)).Add("r2", new RuleValue("v2", "mcrctl"));
        ClusterRules state = ClusterRules.Start(first, local, "x", default).Next;
        ClusterRules other = ClusterRules.Start(new SavedRules("a", "a#1", 0), ImmutableDictionary<string, RuleValue>.Empty, "x", default).Next;
        foreach (RuleKey key in new[] { new RuleKey("b", "r2"), new RuleKey("b", "r3"), new RuleKey("c", "r1") })
            state = state.Merged((other = other.Put(key, new RuleValue("v3", "console"), "alice", default).Next).Shards[key.Shard], default).Next;
        Assert.Null(File().Save(state.ToSave()));
        (SavedRules again, _) = File().Open("b", 8);
        Assert.Empty(_warnings);
        Assert.False(again.IsNew);
        Assert.Equal(first.Writer, again.Writer);
        Assert.True(again.Number > state.Number);
        Assert.True(again.Shards.SequenceEqual(state.Shards));
        Assert.Equal(Sorted(state.Applied), Sorted(again.Applied));
        Assert.Equal(Sorted(state.Applying), Sorted(again.Applying));
        Assert.Equal(2, again.Applying.Count);
        Assert.Equal(state.Told[new RuleKey("b", "r2")], again.Told[new RuleKey("b", "r2")]);
        Assert.True(File().Open("b", 9).Saved.Number > again.Number);
    }

    [Theory]
    [InlineData("", "not JSON as this version has it")]
    [InlineData("""{"version":1,"node":"a","writer":"a#1"}""", "it is node 'a''s, and this is node 'b'")]
    [InlineData("""{"version":2,"node":"b","writer":"b#1"}""", "it has version 2; this mcrd reads version 1")]
    [InlineData("""{"version":1,"node":"b","number":5}""", "it has the writer '' and the number 5")]
    [InlineData("""{"version":1,"node":"b","writer":"b#1","applied":[{}]}""", "an entry has no id")]
    public void File_that_cannot_be_used_should_be_set_aside_and_be_replaced_by_a_new_writer(string content, string why)
    {
        System.IO.File.WriteAllText(Path, content);
        (SavedRules saved, _) = File().Open("b", 7);
        Assert.True(saved.IsNew);
        Assert.Contains(why, Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Equal(content, System.IO.File.ReadAllText(Assert.Single(Directory.GetFiles(_directory, "*.damaged-*"))));
    }

    [Fact]
    public void Node_that_cannot_write_down_its_numbers_should_be_another_writer()
    {
        File().Open("b", 7);
        Directory.CreateDirectory(Path + Mcr.Native.Interop.DurableFile.Unfinished); // in the way
        (SavedRules saved, string? problem) = File().Open("b", 8);
        Assert.NotNull(problem);
        Assert.Equal("b#0000000000000008", saved.Writer);
    }

    [Fact]
    public void File_of_an_older_version_should_be_read_with_what_it_leaves_out_as_by_default()
    {
        SavedRules saved = ClusterRulesFile.Read(Encoding.UTF8.GetBytes("""{"version":1,"node":"b","writer":"b#1","number":5,"later":[1],"rules":[{"node":"b","id":"r1","writes":[{"writer":"b#1","number":5,"text":"v1"}]}]}"""), "b");
        Assert.Equal(new AppliedRule(new RuleValue("v1", ""), SeenWrites.Of([new("b#1", 5)])), saved.Applied["r1"]);
    }

    private static KeyValuePair<string, AppliedRule>[] Sorted(ImmutableDictionary<string, AppliedRule> rules) => [.. rules.OrderBy(r => r.Key, StringComparer.Ordinal)];

    private ClusterRulesFile File() => new(new StateDirectory(_directory, _warnings.Add, TimeProvider.System));
}

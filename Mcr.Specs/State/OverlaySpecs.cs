using System.Collections.Immutable;
using CsCheck;
using Mcr.Actors.Messages;
using Mcr.Actors.State;
using Mcr.Native.Rules;

namespace Mcr.Specs.State;

/// <summary>Files, and what was changed at run time on top of them.</summary>
public sealed class OverlaySpecs
{
    private static readonly RuleWithOrigin Video = File(TestRules.Rule("in0", "239.1.1.1", 5000, "video", "239.2.2.1:6000:out0"));
    private static readonly RuleWithOrigin Audio = File(TestRules.Rule("in0", "239.1.1.2", 5000, "audio", "239.2.2.2:6000:out0"));
    private static readonly RuleWithOrigin OtherVideo = Added(TestRules.Rule("in0", "239.1.1.1", 5000, "video", "239.9.9.9:6000:out0"));
    private static readonly RuleWithOrigin Extra = Added(TestRules.Rule("in0", "239.1.1.3", 5000, "extra", "239.2.2.3:6000:out0"));

    [Fact]
    public void Rules_added_replaced_and_removed_should_win_over_the_files()
    {
        Overlay overlay = Overlay.On([Video, Audio]).With(Extra).With(OtherVideo).Without(Audio.Rule.Input);
        Assert.Equal([OtherVideo, Extra], Sorted(overlay.Apply().Rules));
        Overlay again = Restart(overlay, [Video, Audio], out ImmutableArray<string> notes);
        Assert.Equal([OtherVideo, Extra], Sorted(again.Apply().Rules));
        Assert.Empty(notes);
    }

    [Fact]
    public void Rule_given_back_as_the_file_has_it_should_leave_nothing_to_keep()
    {
        Overlay files = Overlay.On([Video]);
        RuleWithOrigin same = Added(Video.Rule with { });
        Assert.True(files.With(OtherVideo).With(same).IsEmpty);
        Assert.True(files.Without(Video.Rule.Input).With(same).IsEmpty);
        Assert.True(files.With(Extra).Without(Extra.Rule.Input).IsEmpty);
        Assert.Same(files, files.With(same));
        Assert.Equal(Video.Origin, files.Attribute(same).Origin);
    }

    [Fact]
    public void Rule_added_at_run_time_that_a_file_has_by_now_should_come_from_there()
    {
        RuleWithOrigin inFile = File(Extra.Rule with { });
        Overlay overlay = Restart(Overlay.On([]).With(Extra), [inFile], out ImmutableArray<string> notes);
        Assert.True(overlay.IsEmpty);
        Assert.Equal(inFile.Origin, Assert.Single(overlay.Apply().Rules).Origin);
        Assert.Contains("is at mcrd.hocon:7:3 now, exactly so", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Removed_rule_should_stay_removed_when_its_file_is_edited_and_say_so_once()
    {
        RuleWithOrigin edited = File(OtherVideo.Rule);
        Overlay overlay = Restart(Overlay.On([Video]).Without(Video.Rule.Input), [edited], out ImmutableArray<string> notes);
        Assert.Empty(overlay.Apply().Rules);
        Assert.Contains("stays removed, as it was while mcrd ran, although it was changed at mcrd.hocon:7:3 since", Assert.Single(notes), StringComparison.Ordinal);
        Restart(overlay, [edited], out notes);
        Assert.Empty(notes);
    }

    [Fact]
    public void Removal_of_what_no_file_has_any_more_should_be_forgotten()
    {
        Overlay overlay = Restart(Overlay.On([Video]).Without(Video.Rule.Input), [], out ImmutableArray<string> notes);
        Assert.True(overlay.IsEmpty);
        Assert.Contains("is in no file any more", Assert.Single(notes), StringComparison.Ordinal);
        Assert.Single(Restart(overlay, [Video], out _).Apply().Rules);
    }

    [Fact]
    public void Rule_of_a_file_that_cannot_be_beside_an_added_one_should_be_left_out_and_named()
    {
        RuleWithOrigin sameName = File(TestRules.Rule("in0", "239.1.1.8", 5000, "extra", "239.2.2.8:6000:out0"));
        RuleWithOrigin loop = File(TestRules.Rule("out0", "239.2.2.3", 6000, null, "239.2.2.9:6000:out1"));
        (ImmutableArray<RuleWithOrigin> rules, ImmutableArray<string> leftOut) = Overlay.On([Video, sameName, loop]).With(Extra).Apply();
        Assert.Equal([Video, Extra], Sorted(rules));
        Assert.Equal(2, leftOut.Length);
        Assert.Contains(leftOut, l => l.Contains("(extra) of mcrd.hocon:7:3 cannot be beside what was added while mcrd ran, and is left out: name: 'extra' is the name of rule", StringComparison.Ordinal));
        Assert.Contains(leftOut, l => l.Contains("is an output of rule", StringComparison.Ordinal));
    }

    /// <summary>Nobody can say so to who added it, and the others have to run all the same.</summary>
    [Fact]
    public void Redundant_rule_should_be_left_out_and_kept_while_the_node_is_not_one_of_its_cluster()
    {
        RuleWithOrigin redundant = Added(Extra.Rule with { Redundancy = new RedundancySettings(["a", "b"], "a", true, 100) });
        Overlay overlay = Overlay.On([Video], "a").With(redundant);
        Assert.Equal([Video, redundant], Sorted(overlay.Apply().Rules));

        foreach ((string? node, string why) in new[] { (null, "ha takes a cluster"), ("c", "this node is c, and ha names a and b") })
        {
            (Overlay next, ImmutableArray<string> notes) = Overlay.On([Video], overlay.Added.Values, overlay.Removed.Values, node);
            (ImmutableArray<RuleWithOrigin> rules, ImmutableArray<string> leftOut) = next.Apply();
            Assert.Equal([Video], Sorted(rules));
            Assert.Contains($"of mcrctl cannot be on this node as it is set up now, and is left out until it can: {why}", Assert.Single(leftOut), StringComparison.Ordinal);
            Assert.Empty(notes);
            Assert.Equal([redundant], next.Added.Values); // saved as ever
        }
    }

    /// <summary>Whatever is added, replaced and removed, in whatever order: what runs after a restart is what ran before.</summary>
    [Fact]
    public void Restart_should_change_nothing()
    {
        RuleWithOrigin[] pool = [.. Enumerable.Range(0, 24).Select(i => Added(TestRules.Rule("in0", $"239.1.1.{i % 8}", 5000, null, $"239.2.2.{i / 8}:6000:out0")))];
        Gen.Select(Gen.Int[0, 23].Array[0, 8], Gen.Select(Gen.Int[0, 23], Gen.Bool).Array[0, 30]).Sample(
            (inFiles, changes) =>
            {
                RuleWithOrigin[] files = [.. inFiles.Select(i => pool[i]).DistinctBy(r => r.Rule.Input).Select(r => File(r.Rule))];
                var model = files.ToDictionary(r => r.Rule.Input, r => r.Rule);
                Overlay overlay = Overlay.On(files);
                foreach ((int which, bool adds) in changes)
                {
                    RuleWithOrigin rule = pool[which];
                    overlay = adds ? overlay.With(rule) : overlay.Without(rule.Rule.Input);
                    if (adds)
                        model[rule.Rule.Input] = rule.Rule;
                    else
                        model.Remove(rule.Rule.Input);
                }

                Assert.Equal(Texts(model.Values), Texts(overlay.Apply().Rules.Select(r => r.Rule)));
                Overlay again = Restart(overlay, files, out ImmutableArray<string> notes);
                Assert.Empty(notes);
                Assert.Equal(Texts(model.Values), Texts(again.Apply().Rules.Select(r => r.Rule)));
                Assert.Equal(model.Values.ToHashSet().SetEquals(files.Select(f => f.Rule)), again.IsEmpty);
            },
            iter: 2_000);
    }

    private static Overlay Restart(Overlay overlay, IEnumerable<RuleWithOrigin> files, out ImmutableArray<string> notes)
    {
        (Overlay next, notes) = Overlay.On(files, overlay.Added.Values, overlay.Removed.Values);
        return next;
    }

    private static RuleWithOrigin[] Sorted(IEnumerable<RuleWithOrigin> rules) => [.. rules.OrderBy(r => r.Rule.Input.CanonicalText, StringComparer.Ordinal)];

    private static string[] Texts(IEnumerable<ForwardingRule> rules) => [.. rules.Select(r => r.CanonicalText).Order(StringComparer.Ordinal)];

    private static RuleWithOrigin File(ForwardingRule rule) => new(rule, "mcrd.hocon:7:3");

    private static RuleWithOrigin Added(ForwardingRule rule) => new(rule, "mcrctl");
}

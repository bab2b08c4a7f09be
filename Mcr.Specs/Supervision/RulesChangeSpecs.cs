using System.Collections.Immutable;
using CsCheck;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Actors.State;
using Mcr.Native.Rules;
using RuleEffects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Relay.RelayEffect>;

namespace Mcr.Specs.Supervision;

/// <summary>Many rules added, changed and removed in one decision.</summary>
public sealed class RulesChangeSpecs
{
    private const long First = 1; // ticket of the rules that are there

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Rules_should_be_able_to_swap_names_ids_and_groups()
    {
        RelayState state = Start(Rule(1, "a", "x", 1), Rule(2, "b", "y", 2));
        (RelayState next, CommandResult.Ok ok, RuleEffects effects) = Done(state.Change(9, Put(Rule(1, "b", "y", 2), Rule(2, "a", "x", 1)), Now));
        Assert.Equal((0, 2, 0), (ok.Difference.Added.Length, ok.Difference.Changed.Length, ok.Difference.Removed.Length));
        Assert.Equal(["1 b y", "2 a x"], Texts(next));
        Assert.Equal(2, effects.OfType<RelayEffect.ToRules>().Count(e => e.Message is RuleCommands.Assign));
        CheckWhole(next, effects);
    }

    [Fact]
    public void Rule_that_stays_as_it_is_should_be_nobodys_news()
    {
        RelayState state = Start(Rule(1, "a", "x", 1), Rule(2, "b", "y", 2));
        (RelayState next, _, RuleEffects effects) = Done(state.Change(9, Put(Rule(1, "a", "x", 1), Rule(2, "b", "y", 3)) with { Replace = true }, Now));
        InterfaceCommands.UseRules use = Assert.Single(effects.OfType<RelayEffect.ToInterfaces>().Select(e => e.Message).OfType<InterfaceCommands.UseRules>());
        Assert.Equal([new RuleId("y")], use.Changed!);
        Assert.Equal("mcrctl", next.Entries[new RuleId("x")].Rule.Origin);
    }

    [Fact]
    public void All_problems_should_be_told_with_their_places_and_nothing_be_done()
    {
        RelayState state = Start(Rule(1, "a", "x", 1), Rule(2, "b", "y", 2));
        RelayCommands.ChangeRules change = Put(Rule(3, "a", "z", 3), Rule(4, "n", "y", 3), Rule(4, "m", "w", 3)) with
        {
            Remove = [RelayCommands.RemoveRule.ByName("nobody"), RelayCommands.RemoveRule.ByName("b"), RelayCommands.RemoveRule.ById(new RuleId("y"))],
        };
        (RelayState next, RuleEffects effects) = state.Change(9, change, Now);
        Assert.Same(state, next);
        var rejected = Assert.IsType<CommandResult.Rejected>(Assert.IsType<RelayEffect.Answer>(Assert.Single(effects)).Result);
        Assert.Equal(["removals[0].name", "removals[2].rule_id", "rules[2].input", "rules[0].name"], rejected.Problems.Select(p => p.Field));
    }

    /// <summary>On the node itself, which knows best what its files have.</summary>
    [Fact]
    public void Rule_of_a_file_should_neither_be_changed_nor_removed_for_another_node()
    {
        RuleWithOrigin[] files = [Of(Rule(1, "a", "x", 1), "mcrd.hocon:7:3"), Of(Rule(2, "b", "y", 2), "mcrd.hocon:9:3")];
        RelayState state = new RelayState(Overlay.On(files)).Add(First, [.. files], _ => "", Now).Next;
        state = Done(state.Change(9, Put(Rule(3, "c", "z", 3)), Now)).Next;
        string x = "rule x is from a file of node n (mcrd.hocon:7:3), and no other node may change or remove it; edit that file on n, then have it read again there (mcrctl --node n reload)";
        string y = x.Replace("rule x", "rule y", StringComparison.Ordinal).Replace(":7:3", ":9:3", StringComparison.Ordinal);

        var removal = RelayCommands.RemoveRule.ById(new RuleId("x"));
        CheckRefused(state, state.Remove(9, removal with { OfOtherNode = "n" }), $"rule_id: {x}");
        CheckRefused(state, state.Add(9, [Of(Rule(1, "d", "x", 4))], _ => "", Now, "n"), $"input: {x}");
        CheckRefused(state, state.Add(9, [Of(Rule(1, "d", "other", 4))], _ => "", Now, "n"), $"input: {x}");
        RelayCommands.ChangeRules many = Put(Rule(4, "e", "w", 4), Rule(1, "d", "x", 4)) with { Remove = [RelayCommands.RemoveRule.ByName("c"), RelayCommands.RemoveRule.ByName("b")] };
        CheckRefused(state, state.Change(9, many with { OfOtherNode = "n" }, Now), $"removals[1].name: {y}", $"rules[1].input: {x}");
        CheckRefused(state, state.Change(9, Put(Rule(1, "a", "x", 1)) with { Replace = true, OfOtherNode = "n" }, Now), $"rules: {y}");

        // What no file has is anybody's; so is what the files have exactly so. And here all may be changed.
        Assert.Equal(["1 a x", "2 b y"], Texts(Done(state.Change(9, Put(Rule(1, "a", "x", 1), Rule(2, "b", "y", 2)) with { Replace = true, OfOtherNode = "n" }, Now)).Next));
        Assert.Equal(["1 d x", "3 c z", "4 e w"], Texts(Done(state.Change(9, many with { Remove = [RelayCommands.RemoveRule.ByName("b")] }, Now)).Next));
        Assert.Equal(["2 b y", "3 c z"], Texts(state.Remove(9, removal).Next));
    }

    [Fact]
    public void Change_that_waits_should_refuse_others_and_be_taken_back_or_stay()
    {
        RelayState files = Start(Rule(1, "a", "x", 1));
        (RelayState changed, _, _) = Done(files.Change(9, Put(Rule(2, "b", "y", 2)) with { Replace = true, ConfirmWithin = TimeSpan.FromMinutes(1) }, Now));
        Assert.Equal(["2 b y"], Texts(changed));
        Assert.IsType<CommandResult.Rejected>(Answer(changed.Add(10, [new RuleWithOrigin(Rule(3, "c", "z", 3), "s")], _ => "", Now).Effects));
        Assert.IsType<CommandResult.Rejected>(Answer(changed.Remove(10, RelayCommands.RemoveRule.ByName("b")).Effects));
        Assert.IsType<CommandResult.Rejected>(Answer(changed.UseFiles(10, [], Now).Effects));
        Assert.IsType<CommandResult.Rejected>(Answer(changed.RestOn(10, []).Effects));
        (RelayState back, CommandResult.Ok ok, RuleEffects effects) = Done(changed.RollBack(11, Now));
        Assert.Equal(["1 a x"], Texts(back));
        Assert.Same(files.Overlay, back.Overlay);
        Assert.Equal("1 rule added, 1 removed", $"{ok.Difference}");
        CheckWhole(back, effects);
        (RelayState kept, RuleEffects after) = changed.Confirm(11);
        Assert.Contains(after, e => e is RelayEffect.Save);
        Assert.IsType<CommandResult.NoOp>(Answer(kept.RollBack(12, Now).Effects));
        Assert.Equal(["2 b y"], Texts(kept));
    }

    [Fact]
    public void Files_read_again_should_go_beneath_what_was_changed_at_run_time()
    {
        RelayState state = Start(Rule(1, "a", "x", 1), Rule(2, "b", "y", 2));
        (state, _, _) = Done(state.UseFiles(21, [Of(Rule(1, "a", "x", 1)), Of(Rule(3, "c", "z", 3))], Now));
        (RelayState next, CommandResult.Ok ok, _) = Done(state.UseFiles(22, [Of(Rule(3, "c", "z", 4), "other:7:1"), Of(Rule(4, "d", "w", 3))], Now));
        Assert.Equal(["2 b y", "3 c z", "4 d w"], Texts(next)); // 2 was added while it ran; so was 1, until a file had it
        Assert.Equal("1 rule added, 1 changed, 1 removed", $"{ok.Difference}");
        (RelayState rested, _) = next.RestOn(23, [.. next.Entries.Values.Select(e => Of(e.Rule.Rule, "saved:1:1"))]);
        Assert.True(rested.Overlay.IsEmpty);
        Assert.All(rested.Entries.Values, e => Assert.Equal("saved:1:1", e.View.Origin));
    }

    /// <summary>Whatever is asked for: it is done as a whole when the whole can be, and else nothing is.</summary>
    [Fact]
    public void Change_should_be_done_as_a_whole_or_not_at_all()
    {
        Gen<ForwardingRule> genRule = Gen.Select(Gen.Int[1, 6], Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[1, 8], (input, name, id, output) => Rule(input, $"n{name}", $"i{id}", output));
        Gen.Select(genRule.Array[0, 4], Gen.Int[0, 6].Array[0, 2], Gen.Bool).Array[1, 12].Sample(
            changes =>
            {
                RelayState state = new(Overlay.On([]));
                ImmutableDictionary<RuleInput, ForwardingRule> model = ImmutableDictionary<RuleInput, ForwardingRule>.Empty;
                foreach ((ForwardingRule[] puts, int[] removals, bool replace) in changes)
                {
                    ForwardingRule?[] gone = [.. removals.Select(n => model.Values.FirstOrDefault(r => r.Name == $"n{n}"))];
                    bool isPossible = gone.All(g => g is not null) && gone.Distinct().Count() == gone.Length && puts.DistinctBy(p => p.Input).Count() == puts.Length;
                    ImmutableDictionary<RuleInput, ForwardingRule> wanted = (replace ? model.Clear() : isPossible ? model.RemoveRange(gone.Select(g => g!.Input)) : model).SetItems(puts.Select(p => KeyValuePair.Create(p.Input, p)));
                    isPossible = isPossible && IsConsistent(wanted.Values);
                    (RelayState next, RuleEffects effects) = state.Change(9, Put(puts) with { Remove = [.. removals.Select(n => RelayCommands.RemoveRule.ByName($"n{n}"))], Replace = replace }, Now);
                    if (effects is [RelayEffect.Answer { Result: CommandResult.Rejected }])
                    {
                        Assert.False(isPossible);
                        Assert.Same(state, next);
                        continue;
                    }

                    Assert.True(isPossible);
                    model = wanted;
                    state = next;
                    Assert.Equal(model.Values.Select(r => r.CanonicalText).Order(StringComparer.Ordinal), state.Rules.Rules.Select(r => r.CanonicalText).Order(StringComparer.Ordinal));
                    CheckWhole(state, effects);
                }
            },
            iter: 3_000);
    }

    private static bool IsConsistent(IEnumerable<ForwardingRule> rules)
    {
        RuleSetBuilder set = RuleSet.Empty.ToBuilder();
        return rules.All(rule =>
        {
            if (set.Check(rule).Count > 0)
                return false;
            set.Put(rule);
            return true;
        });
    }

    [Theory]
    [InlineData(null, "ha takes a cluster: set mcr.cluster.enabled = on, or leave it out")]
    [InlineData("c", "this node is c, and ha names a and b; give the rule to one of those, or name this node, too")]
    [InlineData("b", null)]
    public void Redundant_rule_should_be_refused_where_it_cannot_be_however_it_comes(string? node, string? why)
    {
        ForwardingRule redundant = Rule(2, "b", "y", 2) with { Redundancy = new RedundancySettings(["a", "b"], "b", true, 100) };
        RelayState state = new RelayState(Overlay.On([], node)).Add(First, [Of(Rule(1, "a", "x", 1))], _ => "", Now).Next;
        Check(state, state.Add(9, [Of(redundant)], _ => "", Now), "ha");
        Check(state, state.Change(9, Put(Rule(1, "a", "x", 3), redundant), Now), "rules[1].ha");
        Check(state, state.Change(9, Put(redundant) with { Replace = true, IsDryRun = true }, Now), "rules[0].ha");
        Check(state, state.UseFiles(9, [Of(redundant, "mcrd.hocon:1:1")], Now), "mcrd.hocon:1:1: ha", "; the files say otherwise by now, and that takes a restart of mcrd first");

        // What is read or written once more is judged as before.
        RelayState again = state.RestOn(9, []).Next.UseFiles(9, [], Now).Next;
        Check(again, again.Add(9, [Of(redundant)], _ => "", Now), "ha");

        void Check(RelayState before, (RelayState Next, RuleEffects Effects) decision, string field, string more = "")
        {
            if (why is null)
                Done(decision);
            else
                CheckRefused(before, decision, $"{field}: {why}{more}");
        }
    }

    /// <summary>Others would take rules that are not there for removed, and remove them everywhere.</summary>
    [Fact]
    public void Rules_that_were_refused_when_the_relay_began_should_still_be_told_of_as_its_own()
    {
        var files = Overlay.On([Of(Rule(1, "a", "x", 1), "mcrd.hocon:1:1"), Of(Rule(2, "a", "y", 2), "mcrd.hocon:2:1")]); // of one name
        RelayState state = new RelayState(files).Add(First, files.Apply().Rules, _ => "", Now).Next;
        Assert.Empty(state.Entries);
        Assert.Equal(["x True", "y True"], Own(state));
        Assert.Empty(Own(state.UseFiles(2, [], Now).Next)); // now they are removed

        // So also when others were added meanwhile.
        state = new RelayState(Overlay.On([Of(Rule(1, "a", "x", 1), "mcrd.hocon:1:1")]).With(Of(Rule(2, "b", "y", 2))));
        state = state.Add(2, [Of(Rule(3, "c", "z", 3))], _ => "", Now).Next;
        Assert.Equal(["x True", "y False", "z False"], Own(state));
        state = state.Add(3, [Of(Rule(1, "d", "x", 1))], _ => "", Now).Next; // in place of the one of the file
        Assert.Equal(["x False", "y False", "z False"], Own(state));
        state = state.Remove(4, RelayCommands.RemoveRule.ById(new RuleId("z"))).Next;
        Assert.Equal(["x False", "y False"], Own(state));
    }

    private static string[] Own(RelayState state) => [.. state.Own().Rules.Select(r => $"{r.Rule.Id} {r.IsFile}").Order(StringComparer.Ordinal)];

    /// <summary>Everybody is told the same, and the last word to each rule's actor is what the rule is.</summary>
    private static void CheckWhole(RelayState state, RuleEffects effects)
    {
        Assert.Equal(state.Rules.Rules.Select(r => r.Id.Value).Order(StringComparer.Ordinal), state.Entries.Keys.Select(k => k.Value).Order(StringComparer.Ordinal));
        Assert.All(state.Entries, e => Assert.True(state.Rules.TryGet(e.Key, out ForwardingRule? rule) && rule.Equals(e.Value.Rule.Rule)));
        foreach (InterfaceCommands.UseRules use in effects.OfType<RelayEffect.ToInterfaces>().Select(e => e.Message).OfType<InterfaceCommands.UseRules>())
            Assert.Equal(state.Rules.Rules.Where(r => r.Input.Interface == use.Interface).ToHashSet(), use.Rules.Values.ToHashSet());
        var last = new Dictionary<RuleId, bool>();
        foreach (object message in effects.OfType<RelayEffect.ToRules>().Select(e => e.Message))
        {
            (RuleId id, bool isThere) = message is RuleCommands.Assign assign ? (assign.Rule.Rule.Id, true) : (Assert.IsType<RuleCommands.Forget>(message).Id, false);
            last[id] = isThere;
        }

        Assert.All(last, l => Assert.Equal(l.Value, state.Entries.ContainsKey(l.Key)));
        Assert.Equal(state.Rules.Rules.ToHashSet(), state.Overlay.Apply().Rules.Select(r => r.Rule).ToHashSet());
    }

    private static void CheckRefused(RelayState before, (RelayState Next, RuleEffects Effects) decision, params string[] problems)
    {
        Assert.Same(before, decision.Next);
        var rejected = Assert.IsType<CommandResult.Rejected>(Assert.IsType<RelayEffect.Answer>(Assert.Single(decision.Effects)).Result);
        Assert.Equal(problems, rejected.Problems.Select(problem => $"{problem}").Order(StringComparer.Ordinal));
    }

    private static RelayState Start(params ForwardingRule[] rules) => new RelayState(Overlay.On([])).Add(First, [.. rules.Select(r => Of(r))], _ => "", Now).Next;

    private static RelayCommands.ChangeRules Put(params ForwardingRule[] rules) => new([.. rules.Select(r => Of(r, "another"))], []);

    private static RuleWithOrigin Of(ForwardingRule rule, string origin = "mcrctl") => new(rule, origin);

    private static ForwardingRule Rule(int input, string name, string id, int output) =>
        TestRules.Rule("in0", $"239.1.1.{input}", 5000, name, output > 6 ? $"239.1.1.{output - 6}:5000:in0" : $"239.2.2.{output}:6000:out0") with { Id = new RuleId(id) };

    private static string[] Texts(RelayState state) => [.. state.Rules.Rules.Select(r => $"{r.Input.Group.GetAddressBytes()[3]} {r.Name} {r.Id}")];

    private static CommandResult Answer(RuleEffects effects) => effects.OfType<RelayEffect.Answer>().Single(a => a.Ticket != First).Result;

    /// <summary>Everybody has confirmed, or nobody ever will.</summary>
    private static (RelayState Next, CommandResult.Ok Ok, RuleEffects Effects) Done((RelayState Next, RuleEffects Effects) decision)
    {
        (RelayState next, RuleEffects late) = decision.Effects.OfType<RelayEffect.Await>().SingleOrDefault() is { } wait ? decision.Next.TimedOut(wait.Ticket) : (decision.Next, []);
        return (next, Assert.IsType<CommandResult.Ok>(Answer([.. decision.Effects, .. late])), decision.Effects);
    }
}

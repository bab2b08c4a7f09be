using System.Collections.Immutable;
using System.Text;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Actors.State;
using Mcr.Native.Rules;
using RuleEffects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Relay.RelayEffect>;

namespace Mcr.Specs.Legs;

/// <summary>The ends of legs among a relay's own rules: they run like these, and are nobody's to change, to save or to compare.</summary>
public sealed class LegOverlaySpecs
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly RuleWithOrigin Video = new(TestRules.Rule("in0", "239.1.1.1", 5000, "video", "239.2.2.1:6000:out0"), "mcrd.hocon:7:3");
    private static readonly RuleWithOrigin Audio = new(TestRules.Rule("in0", "239.1.1.2", 5000, "audio", "239.2.2.9:6000:out0"), "mcrctl");
    private static readonly RuleWithOrigin Studio = LegRules.Halves(("a", LegRules.Rule("studio", null, LegRules.Output("b")))).Single().WithOrigin;
    private static readonly RuleWithOrigin News = LegRules.Halves(("a", LegRules.Rule("news", null, LegRules.Output("b", 3)))).Single().WithOrigin;

    [Fact]
    public void Halves_should_come_change_and_go_as_they_are_given()
    {
        (RelayState state, CommandResult.Ok ok) = Done(Start().UseHalves(9, [Studio, News], Now));
        Assert.Equal("2 rules added", $"{ok.Difference}");
        Assert.Equal(["news@a", "studio@a", "video"], Names(state));
        RuleWithOrigin changed = News with { Rule = News.Rule with { Outputs = [News.Rule.Outputs[0] with { Dscp = 46 }] } };
        (state, ok) = Done(state.UseHalves(9, [Studio, changed], Now));
        Assert.Equal("1 rule changed", $"{ok.Difference}");
        Assert.Equal(changed.Rule, state.Entries[News.Rule.Id].Rule.Rule);
        RuleWithOrigin moved = changed with { Rule = changed.Rule with { Input = changed.Rule.Input with { Port = 4199 } } };
        (state, _) = Done(state.UseHalves(9, [Studio, moved], Now));
        Assert.Equal(4199, state.Entries[News.Rule.Id].Rule.Rule.Input.Port);
        (state, ok) = Done(state.UseHalves(9, [Studio, moved], Now));
        Assert.True(ok.Difference.IsEmpty);
        (state, ok) = Done(state.UseHalves(9, [], Now));
        Assert.Equal(["video"], Names(state));
    }

    [Fact]
    public void Halves_should_be_in_nothing_that_is_said_compared_or_saved_as_the_nodes_own()
    {
        RelayState before = Done(Start().Add(9, [Audio], _ => "", Now)).Next;
        RelayState state = Done(before.UseHalves(9, [Studio, News], Now)).Next;
        Assert.Equal(before.Own().Rules.Select(r => r.Rule.Id).ToHashSet(), [.. state.Own().Rules.Select(r => r.Rule.Id)]);
        Assert.Equal(RuleSetHash.Of(before.Rules.Rules), RuleSetHash.Of(state.Rules.Rules));
        Assert.Equal(OverlayText.Write(before.Overlay), OverlayText.Write(state.Overlay));
        Assert.DoesNotContain("studio", Encoding.UTF8.GetString(OverlayText.Write(state.Overlay)), StringComparison.Ordinal);
        RelayState only = Done(Start().UseHalves(9, [Studio], Now)).Next;
        Assert.True(only.Overlay.IsEmpty);
        Assert.Equal(1, only.Overlay.Count);
    }

    [Fact]
    public void Halves_should_stay_whatever_becomes_of_the_nodes_own_rules()
    {
        RelayState state = Done(Start().UseHalves(9, [Studio], Now)).Next;
        state = Done(state.Change(9, new RelayCommands.ChangeRules([Audio], []) { Replace = true }, Now)).Next;
        Assert.Equal(["audio", "studio@a"], Names(state));
        state = Done(state.UseFiles(9, [Video], Now)).Next;
        Assert.Equal(["audio", "studio@a"], Names(state)); // the file's rule was removed
        (RelayState rested, _) = state.RestOn(9, [new RuleWithOrigin(Audio.Rule, "saved:1:1")]);
        Assert.True(rested.Overlay.IsEmpty);
        Assert.Equal(["audio", "studio@a"], Names(rested));
        Assert.Equal(Studio.Origin, rested.Entries[Studio.Rule.Id].Rule.Origin);
        rested = Done(rested.UseFiles(9, [], Now)).Next;
        Assert.Equal(["studio@a"], Names(rested));
    }

    /// <summary>Or a change that is tried out would hold up other nodes.</summary>
    [Fact]
    public void Halves_should_come_while_a_change_waits_for_its_confirmation_and_stay_when_it_is_taken_back()
    {
        RelayState state = Done(Start().UseHalves(9, [News], Now)).Next;
        RelayState waits = Done(state.Change(9, new RelayCommands.ChangeRules([Audio], []) { Replace = true, ConfirmWithin = TimeSpan.FromMinutes(1) }, Now)).Next;
        waits = Done(waits.UseHalves(9, [Studio], Now)).Next;
        Assert.Equal(["audio", "studio@a"], Names(waits));
        Assert.NotNull(waits.Unconfirmed);
        Assert.Equal(["studio@a", "video"], Names(Done(waits.RollBack(9, Now)).Next));
        Assert.Equal(["audio", "studio@a"], Names(waits.Confirm(9).Next));

        // So also by a supervisor that starts anew, which has the ledger.
        var ledger = new RuleLedger(Overlay.On([Video], "b"));
        ledger.Keep(waits.Overlay, waits.Unconfirmed.Before);
        Assert.True(ledger.RollBack());
        Assert.Equal([Studio.Rule.Id, Video.Rule.Id], ledger.Rules.Select(r => r.Rule.Id).OrderBy(id => id == Video.Rule.Id));
    }

    [Fact]
    public void Half_should_not_be_removed_by_a_command_or_have_its_place_taken()
    {
        RelayState state = Done(Start().UseHalves(9, [Studio], Now)).Next;
        const string Why = "(studio@a) is the end of a leg of rule studio of node a: change that one (mcrctl --node a …), and this one goes with its output";
        CheckRefused(state, state.Remove(9, RelayCommands.RemoveRule.ById(Studio.Rule.Id)), Why);
        CheckRefused(state, state.Remove(9, RelayCommands.RemoveRule.ByName("studio@a")), Why);
        CheckRefused(state, state.Change(9, new RelayCommands.ChangeRules([], [RelayCommands.RemoveRule.ByName("studio@a")]), Now), Why);
        CheckRefused(state, state.Add(9, [new RuleWithOrigin(Audio.Rule with { Name = "studio@a" }, "mcrctl")], _ => "", Now), "'studio@a' is the name of rule");
        CheckRefused(state, state.Add(9, [new RuleWithOrigin(Audio.Rule with { Id = Studio.Rule.Id }, "mcrctl")], _ => "", Now), $"{Studio.Rule.Id}");
        RuleWithOrigin there = Audio with { Rule = Audio.Rule with { Input = Studio.Rule.Input with { Leg = null } } };
        string taken = $"input: {there.Rule.Input} is the input of rule {Studio.Rule.Id}, the end of a leg of rule studio of node a, too, and a worker can give what comes there to one of them";
        CheckRefused(state, state.Add(9, [there], _ => "", Now), taken);
        CheckRefused(state, state.Change(9, new RelayCommands.ChangeRules([there], []) { Replace = true }, Now), taken);
        RelayState first = Done(Start().Add(9, [there], _ => "", Now)).Next; // it was there before the leg
        Assert.Contains($"is left out: input: {Studio.Rule.Input} is the input of rule {there.Rule.Id}, too", Assert.Single(Done(first.UseHalves(9, [Studio], Now)).Ok.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Half_that_cannot_be_beside_the_nodes_rules_should_be_left_out_with_a_sentence()
    {
        RuleWithOrigin sameName = new(TestRules.Rule("in0", "239.1.1.7", 5000, "studio@a", "239.2.2.7:6000:out0"), "mcrctl");
        RelayState state = Done(Start().Add(9, [sameName], _ => "", Now)).Next;
        (state, CommandResult.Ok ok) = Done(state.UseHalves(9, [Studio, News], Now));
        Assert.Equal(["news@a", "studio@a", "video"], Names(state));
        Assert.Equal(sameName.Rule, state.Entries[sameName.Rule.Id].Rule.Rule);
        Assert.Contains("(studio@a) of leg from node a cannot be beside the other rules of this node, and is left out: name: 'studio@a' is the name of rule", Assert.Single(ok.Notes), StringComparison.Ordinal);
        state = Done(state.Remove(9, RelayCommands.RemoveRule.ByName("studio@a"))).Next;
        (state, ok) = Done(state.UseHalves(9, [Studio, News], Now)); // asked for again
        Assert.Equal(Studio.Rule, state.Entries[Studio.Rule.Id].Rule.Rule);
        Assert.Empty(ok.Notes);
    }

    private static RelayState Start()
    {
        var overlay = Overlay.On([Video], "b");
        return Done(new RelayState(overlay).Add(9, overlay.Apply().Rules, _ => "", Now)).Next;
    }

    private static string?[] Names(RelayState state)
    {
        Assert.Equal(state.Rules.Rules.ToHashSet(), state.Overlay.Apply().Rules.Select(r => r.Rule).ToHashSet());
        return [.. state.Rules.Rules.Select(r => r.Name).Order(StringComparer.Ordinal)];
    }

    private static void CheckRefused(RelayState before, (RelayState Next, RuleEffects Effects) decision, string why)
    {
        Assert.Same(before, decision.Next);
        var rejected = Assert.IsType<CommandResult.Rejected>(Assert.IsType<RelayEffect.Answer>(Assert.Single(decision.Effects)).Result);
        Assert.Contains(rejected.Problems, p => $"{p}".Contains(why, StringComparison.Ordinal));
    }

    /// <summary>Nobody confirms it, and time is over.</summary>
    private static (RelayState Next, CommandResult.Ok Ok) Done((RelayState Next, RuleEffects Effects) decision)
    {
        (RelayState next, RuleEffects late) = decision.Effects.OfType<RelayEffect.Await>().SingleOrDefault() is { } wait ? decision.Next.TimedOut(wait.Ticket) : (decision.Next, []);
        return (next, Assert.IsType<CommandResult.Ok>(decision.Effects.Concat(late).OfType<RelayEffect.Answer>().Single().Result));
    }
}

using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Cluster;
using Mcr.Actors.Control;
using Mcr.Actors.Legs;
using Mcr.Actors.Messages;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using End = Mcr.Actors.Legs.LegEnd;

namespace Mcr.Specs.Legs;

/// <summary>What the two ends of a leg ask and answer.</summary>
public sealed class LegsStateSpecs
{
    private static readonly ForwardingRule Studio = LegRules.Rule("studio", null, LegRules.Output("b"));
    private static readonly LegName Leg = LegRules.Name("a", Studio, "b");
    private static readonly LegTarget There = Target(7, 0x10);
    private static readonly TimeSpan Now = TimeSpan.FromHours(1);
    private static readonly TimeSpan Half = TimeSpan.FromMilliseconds(500);

    [Fact]
    public void Beginning_should_ask_once_and_again_when_there_was_no_answer_for_half_a_second()
    {
        LegsState state = Beginning(7);
        Assert.Empty(state.Hear(Nobody, []).Tick(Now).Effects); // nobody can be reached
        (state, LegsEffect.Ask ask) = Asked(state.Tick(Now));
        Assert.Equal((Leg, 7UL, "0000000000000007", null), (ask.Name, ask.Instance, ask.Request.Instance, ask.Request.Id));
        Assert.Equal(("a", "studio", Leg.Output), (ask.Request.From, ask.Request.Rule, ask.Request.Output));
        Assert.Empty(state.Tick(Now + TimeSpan.FromMinutes(1)).Effects); // it is open
        (state, _) = state.Answered(Leg, 7, null, "not yet", Now);
        Assert.Empty(state.Tick(Now + Half - TimeSpan.FromMilliseconds(1)).Effects);
        Asked(state.Tick(Now + Half));
        Assert.Equal("not yet", state.Targets.Problems[Leg]);
        (state, ImmutableArray<LegsEffect> effects) = state.Answered(Leg, 7, There, null, Now);
        Assert.Equal("the leg of rule studio of node a to 239.2.2.2:6000 on out0 of node b goes to 10.7.0.2:4107", Assert.IsType<LegsEffect.Tell>(Assert.Single(effects)).News.Sentence);
        Assert.Empty(state.Targets.Problems);
        Assert.Equal(There, state.Targets.Legs[Leg]);
        Assert.Empty(state.Tick(Now + LegsState.LookInterval - TimeSpan.FromMilliseconds(1)).Effects);
        Assert.Equal(LegsState.Hex(There.Leg.Id), Asked(state.Tick(Now + LegsState.LookInterval)).Ask.Request.Id); // the end's node has said nothing of it in its report
    }

    [Fact]
    public void Beginning_should_ask_when_the_end_says_otherwise_and_only_then()
    {
        LegsState state = Agreed();
        LegReport same = LegReport.Of(Leg) with { Address = "10.7.0.2", Port = 4107, Id = LegsState.Hex(0x10), Key = 1, Received = 9 };
        Assert.Empty(Hear(same).Effects);
        Assert.Empty(Hear(LegReport.Of(Leg) with { Problem = "no device" }).Effects); // there is no other place
        Assert.Empty(Hear(same with { Port = 1, Rule = "another" }).Effects);
        foreach (LegReport other in new[] { same with { Address = "10.7.0.3" }, same with { Port = 4108 }, same with { Id = LegsState.Hex(0x11) }, same with { Key = 2 } })
            Assert.Equal(LegsState.Hex(0x10), Asked(Hear(other)).Ask.Request.Id);

        (state, ImmutableArray<LegsEffect> effects) = state.Answered(Leg, 7, There with { Port = 4108 }, null, Now);
        Assert.EndsWith("has moved from 10.7.0.2:4107 to 10.7.0.2:4108", Assert.IsType<LegsEffect.Tell>(Assert.Single(effects)).News.Sentence, StringComparison.Ordinal);
        Assert.Empty(state.Answered(Leg, 7, Target(7, 0x12) with { Port = 4108 }, null, Now).Effects); // another key is no news

        (LegsState, ImmutableArray<LegsEffect> Effects) Hear(LegReport report) => state.Hear(Nobody.Add("b", new NodeReport { Legs = [report] }), ["b"]).Tick(Now + TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void End_that_is_not_there_any_more_should_be_said_once_that_lasts_and_until_it_is_back()
    {
        LegsState state = Agreed();
        LegReport there = LegReport.Of(Leg) with { Address = "10.7.0.2", Port = 4107, Id = LegsState.Hex(0x10), Key = 1 };
        LegReport gone = LegReport.Of(Leg) with { Problem = "node b has no such rule" };
        state = Hear(gone, Now, "b");
        Assert.Empty(state.Targets.Problems); // it may be made anew just now
        state = Hear(gone, Now + LegsState.SetUp, "b");
        Assert.Equal("node b has no such rule", state.Targets.Problems[Leg]);
        Assert.Equal(There, state.Targets.Legs[Leg]);
        state = Hear(there, Now + LegsState.SetUp + Half);
        Assert.Equal("node b has no such rule", state.Targets.Problems[Leg]); // nobody can say otherwise
        state = Hear(there, Now + LegsState.SetUp + Half, "b");
        Assert.Empty(state.Targets.Problems);

        LegsState Hear(LegReport report, TimeSpan now, params string[] reachable) => state.Hear(Nobody.Add("b", new NodeReport { Legs = [report] }), [.. reachable]).Watch(now);
    }

    /// <summary>Its numbers would be used twice.</summary>
    [Fact]
    public void Beginning_that_has_forgotten_should_not_name_the_id_that_the_one_before_had()
    {
        LegsState state = Agreed().See(Seen(8, null));
        Assert.Null(Asked(state.Tick(Now + TimeSpan.FromMinutes(1))).Ask.Request.Id);
        (LegsState late, _) = state.Answered(Leg, 7, Target(7, 0x66), null, Now);
        Assert.Equal(7UL, late.Targets.Legs[Leg].Instance);
        Assert.Equal(There.Leg, late.Targets.Legs[Leg].Leg); // what was asked for one that is gone is nothing
    }

    [Fact]
    public void Refusal_should_not_take_from_a_leg_what_was_agreed()
    {
        LegsState state = Agreed().Answered(Leg, 7, null, "node b does not answer", Now).Next;
        Assert.Equal(There, state.Targets.Legs[Leg]);
        Assert.Empty(state.Targets.Problems);
    }

    [Fact]
    public void What_workers_have_already_should_be_agreed_before_any_question()
    {
        LegsState state = Beginning(9, Target(9, 0x10));
        Assert.Equal(LegsState.Hex(0x10), Asked(state.Tick(Now)).Ask.Request.Id); // whether it is so still
        Assert.Equal(Target(9, 0x10), state.Targets.Legs[Leg]);
        LegsState gone = state.See(new LegMessages.Seen("in0", ImmutableDictionary<LegName, LegBeginning>.Empty, ImmutableDictionary<RuleId, End>.Empty));
        Assert.Empty(gone.Targets.Legs);
        Assert.False(gone.HasLegs);
    }

    [Fact]
    public void End_should_tell_a_fresh_key_to_one_beginning_and_make_another_one_for_the_next()
    {
        (LegsState state, LegHalf half) = Ending();
        state = See(state, half, 0x10);
        (state, ControlResponse.Leg first, _) = Told(state.Asked(Question(7), "a"));
        Assert.Equal((LegRules.Place.Address.ToString(), half.Rule.Input.Port, LegsState.Hex(0x10), 1), (first.Entry.Address!, first.Entry.Port, first.Entry.Id!, first.Entry.Key));
        Assert.Equal(LegRules.Leg(0x10), LegOffers.Read(first.Entry, 7)!.Leg);
        (state, ControlResponse.Leg again, _) = Told(state.Asked(Question(7), "a"));
        Assert.Equal(first.Entry, again.Entry);

        for (int i = 0; i < 2; i++) // the same one is meant
        {
            (state, ImmutableArray<LegsEffect> effects, ControlResponse answer) = state.Asked(Question(8), "a");
            Assert.Equal("node b makes a new key for it", Sentence(answer));
            Assert.Equal(new LegMessages.Renew(Leg.HalfId, 0x10), Assert.IsType<LegsEffect.Publish>(Assert.Single(effects)).Message);
        }

        Assert.Equal(LegsState.Hex(0x11), Told(See(state, half, 0x11).Asked(Question(8), "a")).Leg.Entry.Id);
    }

    /// <summary>The next mcrd does not know to whom they were told.</summary>
    [Fact]
    public void Id_and_key_that_workers_had_before_should_be_told_to_whoever_has_them_and_nobody_else()
    {
        (LegsState state, LegHalf half) = Ending();
        state = See(state, half, 0x10, isFresh: false);
        Assert.IsType<LegsEffect.Publish>(Assert.Single(state.Asked(Question(7), "a").Effects));
        Assert.IsType<LegsEffect.Publish>(Assert.Single(state.Asked(Question(7, 0x99), "a").Effects));
        (state, ControlResponse.Leg leg, _) = Told(state.Asked(Question(7, 0x10), "a"));
        Assert.Equal(LegsState.Hex(0x10), leg.Entry.Id);
        Told(state.Asked(Question(7), "a"));
    }

    /// <summary>The actor of legs is not the one that has the key, nor the one that has sent with it.</summary>
    [Fact]
    public void End_that_is_made_anew_in_the_same_mcrd_should_know_to_whom_it_has_told_a_key()
    {
        (LegsState state, LegHalf half) = Ending();
        LegsState told = Told(See(state, half, 0x10).Asked(Question(7), "a")).Next;
        LegsState anew = See(Ending().State with { Given = told.Given }, half, 0x10);
        Assert.IsType<LegsEffect.Publish>(Assert.Single(anew.Asked(Question(8), "a").Effects));
        Told(anew.Asked(Question(7), "a"));
    }

    [Fact]
    public void End_should_say_what_keeps_it_from_answering()
    {
        (LegsState state, LegHalf half) = Ending();
        Assert.Equal("node b is setting up the end of it; mcrctl --node b list says how it is", Refused(state, Question(7)));
        Assert.Equal("node b is setting up the end of it; mcrctl --node b list says how it is", Refused(See(state, half, 0x10, isReady: false), Question(7)));
        Assert.Equal($"node b cannot have the end of it: rule {half.Rule.Id} loops", Refused(state.Leave(["another one loops", $"rule {half.Rule.Id} loops"]), Question(7)));
        Assert.Equal("node b is setting up the end of it; mcrctl --node b list says how it is", Refused(state.Leave(["another one loops"]), Question(7)));
        state = See(state, half, 0x10);
        Assert.Equal("node b has not heard of that rule yet", Refused(state, Question(7) with { Rule = "other" }));
        Assert.Equal("no device of node b has the address 10.7.0.2 by which the others know it; say where legs come in: mcr.cluster.legs.interface", Refused(state.Look(new LinkTable([])).Next, Question(7)));
    }

    [Theory]
    [InlineData("c", "a", "studio", "0000000000000007")]
    [InlineData("a", "c", "studio", "0000000000000007")]
    [InlineData("a", null, "studio", "0000000000000007")]
    [InlineData("a", "a", null, "0000000000000007")]
    [InlineData("a", "a", "studio", null)]
    [InlineData("a", "a", "studio", "")]
    [InlineData("a", "a", "studio", "7")]
    [InlineData("a", "a", "studio", "000000000000000g")]
    [InlineData("a", "a", "studio", " 00000000000007 ")]
    [InlineData("a", "a", "studio", "00000000000000007")]
    public void Question_that_is_none_or_of_another_node_should_be_refused(string from, string? named, string? rule, string? instance)
    {
        (LegsState state, LegHalf half) = Ending();
        state = See(state, half, 0x10);
        Assert.Equal("this is no question about a leg of that node", Refused(state, Question(7) with { From = named, Rule = rule, Instance = instance }, from));
    }

    [Fact]
    public void Ends_should_be_given_to_the_relay_when_they_change_and_not_before_it_is_known_where_they_are()
    {
        LegsState state = new("b", LegRules.Cluster);
        (state, ImmutableArray<LegsEffect> none) = state.Know([("a", Studio)]);
        Assert.Empty(none);
        (state, ImmutableArray<LegsEffect> effects) = state.Look(Links());
        Assert.Equal(Leg, Assert.Single(Assert.IsType<LegsEffect.UseHalves>(Assert.Single(effects)).Halves).Name);
        Assert.Empty(state.Look(Links()).Effects);
        Assert.Empty(state.Know([("a", Studio), ("c", LegRules.Rule("x", null, LegRules.Output("a")))]).Effects);
        Assert.Empty(Assert.IsType<LegsEffect.UseHalves>(Assert.Single(state.Know([]).Effects)).Halves);
    }

    internal static LinkTable Links() => new([new Link(1, "lan0", LinkKind.Ethernet, true, true, true, 1500, [LegRules.Place.Address])]);

    internal static ControlRequest.ClusterLeg Question(ulong instance, ulong? id = null) =>
        new() { From = Leg.From, Rule = Leg.Rule, Output = Leg.Output, Instance = LegsState.Hex(instance), Id = id is { } known ? LegsState.Hex(known) : null };

    /// <summary>While a rule moves from one interface to another both have a beginning, and each question would cost a key.</summary>
    [Fact]
    public void Another_beginning_of_a_leg_should_wait_two_seconds_for_its_question()
    {
        LegsState state = Beginning(7).Tick(Now).Next.Answered(Leg, 7, There, null, Now).Next.See(Seen(8, null));
        Assert.Empty(state.Tick(Now + TimeSpan.FromMilliseconds(1999)).Effects);
        Asked(state.Tick(Now + TimeSpan.FromSeconds(2)));
    }

    /// <summary>At most once a minute, and not what an earlier mcrd has told already.</summary>
    [Fact]
    public void What_somebody_else_sends_to_a_leg_should_be_told()
    {
        (LegsState state, LegHalf half) = Ending();
        Assert.Equal(3, Told(forged: 3, at: 0));
        Assert.Null(Told(forged: 3, at: 61));
        Assert.Equal(2, Told(forged: 5, at: 62));
        Assert.Null(Told(forged: 9, at: 63));
        Assert.Null(Told(forged: 9, at: 121));
        Assert.Equal(4, Told(forged: 9, at: 122));
        (state, _) = Ending();
        Assert.Null(Told(forged: 9, at: 200, isFresh: false));
        Assert.Equal(1, Told(forged: 10, at: 201, isFresh: false));

        int? Told(long forged, int at, bool isFresh = true)
        {
            var end = new End(half.Rule.Input.Group, half.Rule.Input.Port, LegRules.Leg(1), true, isFresh, LegCounts.None with { Refused = forged, Forged = forged });
            var seen = new LegMessages.Seen("lan0", ImmutableDictionary<LegName, LegBeginning>.Empty, ImmutableDictionary<RuleId, End>.Empty.Add(half.Rule.Id, end));
            (state, ImmutableArray<LegsEffect> effects) = state.Suspect(seen, TimeSpan.FromSeconds(at));
            return effects.IsEmpty ? null : int.Parse(Assert.IsType<LegsEffect.Tell>(Assert.Single(effects)).News.Sentence.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private static readonly ImmutableSortedDictionary<string, NodeReport> Nobody = ImmutableSortedDictionary<string, NodeReport>.Empty;

    private static LegTarget Target(ulong instance, ulong id) => new(instance, IPAddress.Parse("10.7.0.2"), 4107, LegRules.Leg(id));

    private static LegMessages.Seen Seen(ulong instance, LegTarget? target) =>
        new("in0", ImmutableDictionary<LegName, LegBeginning>.Empty.Add(Leg, new LegBeginning(instance, target, default)), ImmutableDictionary<RuleId, End>.Empty);

    /// <summary>Node a, which reaches b.</summary>
    private static LegsState Beginning(ulong instance, LegTarget? target = null) => new LegsState("a", LegRules.Cluster).See(Seen(instance, target)).Hear(Nobody, ["b"]);

    private static LegsState Agreed() => Beginning(7).Tick(Now).Next.Answered(Leg, 7, There, null, Now).Next;

    /// <summary>Node b, which knows of the rule.</summary>
    private static (LegsState State, LegHalf Half) Ending()
    {
        LegsState state = new LegsState("b", LegRules.Cluster).Know([("a", Studio)]).Next.Look(Links()).Next;
        return (state, Assert.Single(state.Halves));
    }

    internal static LegsState See(LegsState state, LegHalf half, ulong id, bool isReady = true, bool isFresh = true) => state.See(new LegMessages.Seen(
        "lan0",
        ImmutableDictionary<LegName, LegBeginning>.Empty,
        ImmutableDictionary<RuleId, End>.Empty.Add(half.Rule.Id, new End(half.Rule.Input.Group, half.Rule.Input.Port, LegRules.Leg(id), isReady, isFresh, LegCounts.None))));

    private static (LegsState Next, LegsEffect.Ask Ask) Asked((LegsState Next, ImmutableArray<LegsEffect> Effects) decision) => (decision.Next, Assert.IsType<LegsEffect.Ask>(Assert.Single(decision.Effects)));

    private static (LegsState Next, ControlResponse.Leg Leg, ImmutableArray<LegsEffect> Effects) Told((LegsState Next, ImmutableArray<LegsEffect> Effects, ControlResponse Answer) decision)
    {
        Assert.Empty(decision.Effects);
        return (decision.Next, Assert.IsType<ControlResponse.Leg>(decision.Answer), decision.Effects);
    }

    private static string Refused(LegsState state, ControlRequest.ClusterLeg request, string from = "a")
    {
        (LegsState next, ImmutableArray<LegsEffect> effects, ControlResponse answer) = state.Asked(request, from);
        Assert.Empty(effects);
        Assert.Same(state, next);
        return Sentence(answer);
    }

    private static string Sentence(ControlResponse answer) => Assert.Single(Assert.IsType<ControlResponse.Error>(answer).Problems).Sentence;
}

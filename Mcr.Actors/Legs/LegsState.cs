using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Cluster;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Legs.LegsEffect>;

namespace Mcr.Actors.Legs;

/// <summary>
/// The legs that begin or end with this node: which rules have to be at their ends, where they go, and what was agreed with the other nodes. The end decides: it has the address, the port, the id and the key, and
/// the beginning asks for them. Immutable and pure.
/// </summary>
internal sealed partial record LegsState(string Node, ClusterSettings Settings)
{
    /// <summary>Between two questions about one leg.</summary>
    internal static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>About a leg of which the other node's report says nothing: it has too many, or is of another version.</summary>
    internal static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    /// <summary>For another instance of the same beginning, which costs a key: while a rule moves from one interface to another, both have one.</summary>
    internal static readonly TimeSpan SwitchInterval = TimeSpan.FromSeconds(2);

    private ImmutableArray<(string Node, ForwardingRule Rule)>? Rules { get; init; }

    private LinkTable? Links { get; init; }

    /// <summary>The ends that this node has to have.</summary>
    public ImmutableArray<LegHalf> Halves { get; init; } = [];

    /// <summary>The last ones there were: an address that is away for a moment comes back, and its legs to their ports.</summary>
    private ImmutableArray<LegHalf> Ports { get => field.IsDefault ? Halves : field; init; }

    /// <summary>The relay was told of them: what it had begun with may be less, or more.</summary>
    private bool HasTold { get; init; }

    /// <summary>Why it does not have others.</summary>
    private ImmutableDictionary<LegName, string> Lacking { get; init; } = ImmutableDictionary<LegName, string>.Empty;

    /// <summary>What the relay has said of the ends that it was given.</summary>
    private ImmutableArray<string> LeftOut { get; init; } = [];

    private ImmutableDictionary<string, LegMessages.Seen> Interfaces { get; init; } = ImmutableDictionary<string, LegMessages.Seen>.Empty;

    private ImmutableSortedDictionary<string, NodeReport> Reports { get; init; } = ImmutableSortedDictionary<string, NodeReport>.Empty;

    private ImmutableHashSet<string> Reachable { get; init; } = [];

    private ImmutableDictionary<LegName, LegTarget> Agreed { get; init; } = ImmutableDictionary<LegName, LegTarget>.Empty;

    /// <summary>Why there is no agreement, as sentences.</summary>
    private ImmutableDictionary<LegName, string> Refusals { get; init; } = ImmutableDictionary<LegName, string>.Empty;

    private ImmutableDictionary<LegName, LegAsk> Asks { get; init; } = ImmutableDictionary<LegName, LegAsk>.Empty;

    /// <summary>To whom an end's id and key were told; see <see cref="LegsMemory"/>.</summary>
    public ImmutableDictionary<LegName, (ulong Id, ulong Instance)> Given { get; init; } = ImmutableDictionary<LegName, (ulong, ulong)>.Empty;

    /// <summary>Where the legs go that begin here, for those that have them.</summary>
    public LegMessages.Targets Targets => new(Agreed, Refusals.SetItems(Gone.Where(g => g.Value.IsLasting).Select(g => KeyValuePair.Create(g.Key, g.Value.Why))));

    /// <summary>The rules of all nodes.</summary>
    public (LegsState Next, Effects Effects) Know(ImmutableArray<(string Node, ForwardingRule Rule)> rules) => (this with { Rules = rules }).Recompute();

    public (LegsState Next, Effects Effects) Look(LinkTable links) => (this with { Links = links }).Recompute();

    public LegsState Leave(ImmutableArray<string> leftOut) => this with { LeftOut = leftOut };

    /// <summary>There are ends that the relay does not have: what is in their way may go.</summary>
    public bool IsWanting => !LeftOut.IsEmpty || Halves.Any(h => End(h.Name) is null);

    public LegsState Hear(ImmutableSortedDictionary<string, NodeReport> reports, ImmutableHashSet<string> reachable) => this with { Reports = reports, Reachable = reachable };

    /// <summary>What workers have that were there before this was, is agreed.</summary>
    public LegsState See(LegMessages.Seen seen)
    {
        ImmutableDictionary<string, LegMessages.Seen> others = Interfaces;
        foreach ((string name, LegMessages.Seen other) in Interfaces.Where(i => i.Key != seen.Interface && i.Value.Beginnings.Keys.Any(IsNew)))
            others = others.SetItem(name, other with { Beginnings = other.Beginnings.RemoveRange(seen.Beginnings.Keys.Where(IsNew)) }); // its rule has gone there
        bool IsNew(LegName leg) => seen.Beginnings.ContainsKey(leg) && Interfaces.GetValueOrDefault(seen.Interface)?.Beginnings.ContainsKey(leg) != true;
        LegsState next = this with { Interfaces = seen.Beginnings.IsEmpty && seen.Ends.IsEmpty ? others.Remove(seen.Interface) : others.SetItem(seen.Interface, seen) };
        IEnumerable<KeyValuePair<LegName, LegTarget>> adopted = seen.Beginnings.Where(b => b.Value.Target is not null && !Agreed.ContainsKey(b.Key)).Select(b => KeyValuePair.Create(b.Key, b.Value.Target!));
        next = next with { Agreed = Agreed.SetItems(adopted) };
        HashSet<LegName> there = [.. next.Beginnings().Select(b => b.Name)];
        return next with
        {
            Agreed = next.Agreed.RemoveRange(next.Agreed.Keys.Where(name => !there.Contains(name))),
            Refusals = next.Refusals.RemoveRange(next.Refusals.Keys.Where(name => !there.Contains(name))),
            Asks = next.Asks.RemoveRange(next.Asks.Keys.Where(name => !there.Contains(name))),
        };
    }

    /// <summary>What is to be asked of the ends of legs.</summary>
    public (LegsState Next, Effects Effects) Tick(TimeSpan now)
    {
        ImmutableDictionary<LegName, LegAsk>.Builder asks = Asks.ToBuilder();
        var effects = ImmutableArray.CreateBuilder<LegsEffect>();
        foreach ((LegName name, LegBeginning beginning) in Beginnings())
        {
            bool wasAsked = asks.TryGetValue(name, out LegAsk ask);
            TimeSpan since = wasAsked ? now - ask.At : TimeSpan.MaxValue;
            if (!Reachable.Contains(name.To) || ask.IsOpen || since < (ask.Instance == beginning.Instance ? AskInterval : SwitchInterval) || IsAsAgreed(name, beginning, since))
                continue;
            asks[name] = new LegAsk(now, beginning.Instance, IsOpen: true);
            effects.Add(new LegsEffect.Ask(name, beginning.Instance, new ControlRequest.ClusterLeg
            {
                From = name.From,
                Rule = name.Rule,
                Output = name.Output,
                Instance = Hex(beginning.Instance),
                Id = Agreed.TryGetValue(name, out LegTarget? agreed) && agreed.Instance == beginning.Instance ? Hex(agreed.Leg.Id) : null,
            }));
        }

        return (this with { Asks = asks.ToImmutable() }, effects.ToImmutable());
    }

    /// <param name="target">null with a refusal.</param>
    public (LegsState Next, Effects Effects) Answered(LegName name, ulong instance, LegTarget? target, string? refusal, TimeSpan now)
    {
        LegsState next = this with { Asks = Asks.ContainsKey(name) ? Asks.SetItem(name, new LegAsk(now, instance, IsOpen: false)) : Asks };
        if (Beginning(name) is not { } beginning || beginning.Instance != instance)
            return (next, []); // asked for one that is gone
        if (target is null)
            return (Agreed.GetValueOrDefault(name)?.Instance == instance || Refusals.GetValueOrDefault(name) == refusal ? next : next with { Refusals = Refusals.SetItem(name, refusal ?? "") }, []);
        LegTarget? before = Agreed.GetValueOrDefault(name);
        next = next with { Agreed = Agreed.SetItem(name, target), Refusals = Refusals.Remove(name) };
        if (before is not null && before.Address.Equals(target.Address) && before.Port == target.Port)
            return (next, []);
        string place = $"{Addresses.BeforePort(target.Address)}:{target.Port}";
        return (next, [new LegsEffect.Tell(News(name, EventSeverity.Info, before is null ? $"the leg of {Label(name)} to {name.Output} of node {name.To} goes to {place}" : $"the leg of {Label(name)} to {name.Output} of node {name.To} has moved from {Addresses.BeforePort(before.Address)}:{before.Port} to {place}"))]);
    }

    /// <summary>The beginning of a leg asks.</summary>
    /// <param name="from">The node that does.</param>
    public (LegsState Next, Effects Effects, ControlResponse Answer) Asked(ControlRequest.ClusterLeg request, string from)
    {
        if (request is not { From: { } node, Rule: { } rule, Output: { } output } || node != from || !TryHex(request.Instance, out ulong instance))
            return (this, [], new ControlResponse.Error("this is no question about a leg of that node"));
        var name = new LegName(node, rule, output, Node);
        if (!Halves.Any(h => h.Name == name))
            return (this, [], new ControlResponse.Error(Lacking.GetValueOrDefault(name) ?? $"node {Node} has not heard of that rule yet"));
        if (End(name) is not { IsReady: true } end)
            return (this, [], new ControlResponse.Error(WhyNotReady(name)));
        bool isHis = TryHex(request.Id, out ulong id) && id == end.Leg.Id;
        bool wasGiven = Given.TryGetValue(name, out (ulong Id, ulong Instance) given) && given.Id == end.Leg.Id;
        bool isFree = !wasGiven && end.IsFresh;
        if (!isHis && !isFree && !(wasGiven && given.Instance == instance))
            return (this, [new LegsEffect.Publish(new LegMessages.Renew(name.HalfId, end.Leg.Id))], new ControlResponse.Error($"node {Node} makes a new key for it"));
        return (this with { Given = Given.SetItem(name, (end.Leg.Id, instance)) }, [], new ControlResponse.Leg(LegOffers.Of(end)));
    }

    private string WhyNotReady(LegName name) => LeftOut.FirstOrDefault(why => why.Contains(name.HalfId.Value, StringComparison.Ordinal)) is { } why
        ? $"node {Node} cannot have the end of it: {why}"
        : $"node {Node} is setting up the end of it; mcrctl --node {Node} list says how it is";

    internal static string Hex(ulong number) => number.ToString("x16", CultureInfo.InvariantCulture);

    internal static bool TryHex(string? text, out ulong number)
    {
        number = 0;
        return text is { Length: 16 } && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }

    private IEnumerable<(LegName Name, LegBeginning Beginning)> Beginnings() => Interfaces.Values.SelectMany(i => i.Beginnings).Select(b => (b.Key, b.Value));

    private LegBeginning? Beginning(LegName name) => Interfaces.Values.Select(i => i.Beginnings.GetValueOrDefault(name)).FirstOrDefault(b => b is not null);

    private LegEnd? End(LegName name) => Interfaces.Values.Select(i => i.Ends.GetValueOrDefault(name.HalfId)).FirstOrDefault(e => e is not null);

    /// <summary>What this end has is what the other says, or has said lately.</summary>
    private bool IsAsAgreed(LegName name, LegBeginning beginning, TimeSpan sinceAsked) =>
        Agreed.TryGetValue(name, out LegTarget? target) && target.Instance == beginning.Instance
        && (Report(name.To, name) is not { } there ? sinceAsked < LookInterval : there.Address is not { } address || (address, there.Port, there.Id, there.Key) == (target.Address.ToString(), target.Port, Hex(target.Leg.Id), target.Leg.Keys[0].Number));

    private LegReport? Report(string node, LegName name) => Reports.GetValueOrDefault(node)?.Legs.FirstOrDefault(l => l.Name == name);

    private (LegsState Next, Effects Effects) Recompute()
    {
        if (Rules is not { } rules || Links is not { } links)
            return (this, []);
        var place = LegPlace.Of(Node, Settings.Legs, Settings.Address, links, Ports.Select(h => h.Rule.Input).FirstOrDefault());
        (ImmutableArray<LegHalf> halves, ImmutableDictionary<LegName, string> lacking) = LegHalves.Of(Node, rules, place, Settings.Legs, Ports);
        LegsState next = this with { Halves = halves, Lacking = lacking, Ports = place.Problem is null ? halves : Ports, HasTold = true };
        return HasTold && halves.SequenceEqual(Halves) ? (next, []) : (next, [new LegsEffect.UseHalves(halves, IsToBeKept: place.Problem is null)]);
    }

    private RelayEvent News(LegName name, EventSeverity severity, string sentence) => new(severity, EventKind.Leg, sentence)
    {
        Rule = new RuleId(name.From == Node ? name.Rule : name.HalfId.Value),
        Values = ImmutableSortedDictionary<string, string>.Empty.Add("from", name.From).Add("to", name.To),
    };

    private static string Label(LegName name) => $"rule {name.Rule} of node {name.From}";
}

/// <summary>When something was asked last.</summary>
/// <param name="Instance">For whom.</param>
internal readonly record struct LegAsk(TimeSpan At, ulong Instance, bool IsOpen);

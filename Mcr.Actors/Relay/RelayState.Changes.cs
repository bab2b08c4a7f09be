using System.Collections.Immutable;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Messages;
using Mcr.Actors.State;
using Mcr.Native.Rules;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Relay.RelayEffect>;

namespace Mcr.Actors.Relay;

/// <summary>
/// Many rules added, changed and removed at once: what is to go goes first, then what is to come is checked against what is left, so that rules may
/// swap names, ids and groups. All of it or nothing; of rules that stay as they are nobody hears.
/// </summary>
internal sealed partial record RelayState
{
    /// <summary>Beside the time that any command may wait, for each of so many rules that change a second.</summary>
    private const double RulesPerSecond = 2_000;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(7); // an answer is given up on after 10

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    /// <summary>null: no change waits for its confirmation.</summary>
    public Unconfirmed? Unconfirmed { get; private init; }

    public (RelayState Next, Effects Effects) Change(long ticket, RelayCommands.ChangeRules command, DateTimeOffset now)
    {
        if (Unconfirmed is { } waits)
            return Refuse(ticket, "rules", waits.Refusal);
        if (command.OnRevision is { } revision && revision != Revision)
            return (this, [new RelayEffect.Answer(ticket, new CommandResult.Rejected("rules", "they were changed meanwhile; look again") { IsOutdated = true })]);
        var problems = ImmutableArray.CreateBuilder<RuleProblem>();
        Dictionary<RuleInput, ForwardingRule> gone = FindRemoved(command.Remove, problems);
        var places = new Dictionary<RuleInput, int>();
        for (int i = 0; i < command.Put.Length; i++)
        {
            if (!places.TryAdd(command.Put[i].Rule.Input, i))
                problems.Add(new RuleProblem($"rules[{i}].input", $"{command.Put[i].Rule.Input} is the input of rules[{places[command.Put[i].Rule.Input]}], too; join their outputs in one rule"));
        }

        if (command.Replace)
        {
            foreach (ForwardingRule rule in Entries.Values.Select(e => e.Rule.Rule).Where(r => r.Input.Leg is null))
                gone[rule.Input] = rule;
        }

        (RuleWithOrigin Rule, string Field)[] puts = [.. places.Select(p => (Overlay.Attribute(command.Put[p.Value]), $"rules[{p.Value}].")).Where(p => !Has(p.Item1.Rule))];
        ForwardingRule[] removed = [.. gone.Values.Where(r => !places.ContainsKey(r.Input))];
        Overlay overlay = removed.Aggregate(Overlay, (o, r) => o.Without(r.Input));
        overlay = puts.Aggregate(overlay, (o, p) => o.With(p.Rule));
        (RelayState next, RuleDifference difference, ImmutableArray<RelayEffect>.Builder effects) = Become(puts, removed, overlay, problems, now);
        KeepFiles(command.OfOtherNode, difference, Places(command, places), problems);
        if (problems.Count > 0)
            return (this, [new RelayEffect.Answer(ticket, new CommandResult.Rejected(problems.ToImmutable()))]);
        if (command.IsDryRun || difference.IsEmpty)
            return (this, [new RelayEffect.Answer(ticket, new CommandResult.Ok(difference.IsEmpty ? "all is so already" : $"{difference}, if it were done") { Difference = difference, Hash = RuleSetHash.Of(next.Rules.Rules) })]);
        if (command.ConfirmWithin is { } within)
            next = next with { Unconfirmed = new Unconfirmed(Overlay, now + within) };
        return next.WaitForAll(ticket, difference, [], effects);
    }

    /// <summary>The change that waits for it stays.</summary>
    public (RelayState Next, Effects Effects) Confirm(long ticket) => Unconfirmed is null
        ? Refuse(ticket, "confirm", "there is no change that waits for its confirmation; was it taken back already? (see: mcrctl audit)")
        : (this with { Unconfirmed = null }, [new RelayEffect.Save(), new RelayEffect.Answer(ticket, new CommandResult.Ok("the change is confirmed"))]);

    /// <summary>Nobody has confirmed the change: what was before it is again.</summary>
    public (RelayState Next, Effects Effects) RollBack(long ticket, DateTimeOffset now) => Unconfirmed is not { } waits
        ? (this, [new RelayEffect.Answer(ticket, new CommandResult.NoOp("there is nothing to take back"))])
        : (this with { Unconfirmed = null }).Run(ticket, waits.Before.WithHalves(Overlay.Halves.Values), [], now);

    /// <summary>The files have been read again: what was changed at run time stays on top of them, as it does at a start.</summary>
    public (RelayState Next, Effects Effects) UseFiles(long ticket, ImmutableArray<RuleWithOrigin> files, DateTimeOffset now)
    {
        if (Unconfirmed is { } waits)
            return Refuse(ticket, "rules", waits.Refusal);
        // They fit the settings of the files, which count from the next start on. To leave them out until then would end what runs in their place.
        RuleProblem[] early = [.. from file in files let problem = Overlay.WhyNot(file.Rule) where problem is not null select new RuleProblem($"{file.Origin}: {problem.Field}", $"{problem.Sentence}; the files say otherwise by now, and that takes a restart of mcrd first")];
        if (early.Length > 0)
            return (this, [new RelayEffect.Answer(ticket, new CommandResult.Rejected([.. early]))]);
        (Overlay overlay, ImmutableArray<string> notes) = Overlay.On(files, Overlay.Added.Values, Overlay.Removed.Values, Overlay.ClusterNode);
        return Run(ticket, overlay.WithHalves(Overlay.Halves.Values), notes, now);
    }

    /// <summary>The other ends of legs, as they are now; also while a change of rules waits for its confirmation. One that cannot be beside the node's own rules is a note of the answer.</summary>
    public (RelayState Next, Effects Effects) UseHalves(long ticket, ImmutableArray<RuleWithOrigin> halves, DateTimeOffset now)
    {
        Overlay overlay = Overlay.WithHalves(halves);
        (ImmutableArray<RuleWithOrigin> rules, ImmutableArray<string> leftOut) = overlay.Apply();
        bool isSo = ReferenceEquals(overlay, Overlay) && rules.Length == Entries.Count && rules.All(r => Has(r.Rule));
        return isSo ? (this, [new RelayEffect.Answer(ticket, new CommandResult.Ok("all is so already") { Notes = leftOut })]) : Run(ticket, overlay, rules, leftOut, now);
    }

    /// <summary>What runs was written to a file: what is not in the files all the same stays in the overlay.</summary>
    public (RelayState Next, Effects Effects) RestOn(long ticket, ImmutableArray<RuleWithOrigin> files)
    {
        if (Unconfirmed is { } waits)
            return Refuse(ticket, "rules", waits.Refusal);
        Overlay overlay = Entries.Values.Where(e => e.Rule.Rule.Input.Leg is null).Aggregate(Overlay.On(files, Overlay.ClusterNode), (o, entry) => o.With(entry.Rule)).WithHalves(Overlay.Halves.Values);
        overlay = files.Where(f => Rules.ReplacedBy(f.Rule) is null).Aggregate(overlay, (o, f) => o.Without(f.Rule.Input));
        RelayState next = (this with { Overlay = overlay }).Attribute(overlay.Apply().Rules);
        string rest = overlay.IsEmpty ? "nothing is left beside the files" : $"{overlay.Added.Count + overlay.Removed.Count} changes stay beside the files, since a file of conf.d says otherwise";
        return (next, [new RelayEffect.Save(), new RelayEffect.Answer(ticket, new CommandResult.Ok(rest))]);
    }

    /// <summary>Rules of files are changed where the files are: another node asks for it in vain.</summary>
    /// <param name="field">By the rule's input: what of the request would change it.</param>
    /// <param name="problems">Gets what is wrong.</param>
    private void KeepFiles(string? ofOtherNode, RuleDifference difference, Func<RuleInput, string> field, ImmutableArray<RuleProblem>.Builder problems)
    {
        if (ofOtherNode is null)
            return;
        foreach (ForwardingRule rule in difference.Removed.Concat(difference.Changed.Select(c => c.Before)))
        {
            if (FileRules.WhyNot(rule.Id.Value, ofOtherNode, Overlay.IsFile(rule), Entries[rule.Id].Rule.Origin) is { } sentence)
                problems.Add(new RuleProblem(field(rule.Input), sentence));
        }
    }

    /// <returns>By a rule's input: what of a change is about it.</returns>
    private Func<RuleInput, string> Places(RelayCommands.ChangeRules command, Dictionary<RuleInput, int> puts)
    {
        var removals = new Dictionary<RuleInput, int>();
        foreach ((int i, RelayCommands.RemoveRule removal) in command.Remove.Index())
        {
            if (TryFind(removal, out ForwardingRule? rule))
                removals.TryAdd(rule.Input, i);
        }

        return input => puts.TryGetValue(input, out int put) ? $"rules[{put}].input" : removals.TryGetValue(input, out int place) ? Removal(place, command.Remove[place]) : "rules";
    }

    private static string Removal(int index, RelayCommands.RemoveRule removal) => $"removals[{index}].{(removal.Id is null ? "name" : "rule_id")}";

    private (RelayState Next, Effects Effects) Refuse(long ticket, string field, string sentence) =>
        (this, [new RelayEffect.Answer(ticket, new CommandResult.Rejected(field, sentence))]);

    /// <summary>null: it can be removed here.</summary>
    private static string? WhyStays(ForwardingRule rule) => rule.Input.Leg is { } leg
        ? $"{Sentences.Label(rule)} is the end of a leg of {leg}: change that one (mcrctl --node {leg.Node} …), and this one goes with its output"
        : null;

    private bool Has(ForwardingRule rule) => Rules.TryGet(rule.Id, out ForwardingRule? same) && same.Equals(rule);

    private Dictionary<RuleInput, ForwardingRule> FindRemoved(ImmutableArray<RelayCommands.RemoveRule> removals, ImmutableArray<RuleProblem>.Builder problems)
    {
        var gone = new Dictionary<RuleInput, ForwardingRule>();
        for (int i = 0; i < removals.Length; i++)
        {
            RelayCommands.RemoveRule removal = removals[i];
            if (!TryFind(removal, out ForwardingRule? rule))
                problems.Add(new RuleProblem(Removal(i, removal), Unknown(removal)));
            else if (WhyStays(rule) is { } stays)
                problems.Add(new RuleProblem(Removal(i, removal), stays));
            else if (!gone.TryAdd(rule.Input, rule))
                problems.Add(new RuleProblem(Removal(i, removal), $"{Sentences.Label(rule)} is removed by an earlier one, too; leave one out"));
        }

        return gone;
    }

    /// <summary>Exactly the rules of an overlay and its files.</summary>
    private (RelayState Next, Effects Effects) Run(long ticket, Overlay overlay, ImmutableArray<string> notes, DateTimeOffset now)
    {
        (ImmutableArray<RuleWithOrigin> rules, ImmutableArray<string> leftOut) = overlay.Apply();
        return Run(ticket, overlay, rules, [.. notes, .. leftOut], now);
    }

    /// <param name="rules">What the overlay comes to.</param>
    private (RelayState Next, Effects Effects) Run(long ticket, Overlay overlay, ImmutableArray<RuleWithOrigin> rules, ImmutableArray<string> notes, DateTimeOffset now)
    {
        HashSet<RuleInput> inputs = [.. rules.Select(r => r.Rule.Input)];
        ForwardingRule[] gone = [.. Entries.Values.Select(e => e.Rule.Rule).Where(r => !inputs.Contains(r.Input))];
        var problems = ImmutableArray.CreateBuilder<RuleProblem>();
        (RelayState next, RuleDifference difference, ImmutableArray<RelayEffect>.Builder effects) =
            Become([.. rules.Where(r => !Has(r.Rule)).Select(r => (r, $"{r.Origin}: "))], gone, overlay, problems, now);
        return problems.Count > 0
            ? (this, [new RelayEffect.Answer(ticket, new CommandResult.Rejected(problems.ToImmutable()))])
            : next.Attribute(rules).WaitForAll(ticket, difference, notes, effects);
    }

    /// <param name="puts">None that is there already, exactly so.</param>
    /// <param name="problems">Gets what is wrong; then the rest means nothing.</param>
    private (RelayState Next, RuleDifference Difference, ImmutableArray<RelayEffect>.Builder Effects) Become(
        (RuleWithOrigin Rule, string Field)[] puts, ForwardingRule[] removed, Overlay overlay, ImmutableArray<RuleProblem>.Builder problems, DateTimeOffset now)
    {
        RelayDraft draft = Draft();
        foreach (ForwardingRule rule in removed)
            draft.Drop(rule);
        foreach ((RuleWithOrigin put, _) in puts)
            draft.MakeRoom(put.Rule);
        foreach ((RuleWithOrigin put, string field) in puts)
        {
            IReadOnlyList<RuleProblem> found = Check(draft, put.Rule);
            problems.AddRange(found.Select(p => p with { Field = field + p.Field }));
            if (found.Count == 0)
                draft.Put(put, isOneOfMany: puts.Length > 1, now);
        }

        RelayState next = Take(draft, overlay);
        next.Tell(draft.Homes, draft.Changed.ToImmutable(), draft.Effects);
        draft.Effects.Add(new RelayEffect.Save());
        return (next, draft.Difference(), draft.Effects);
    }

    /// <summary>Rules that stay as they are may be written somewhere else now.</summary>
    private RelayState Attribute(ImmutableArray<RuleWithOrigin> rules)
    {
        ImmutableDictionary<RuleId, RuleEntry>.Builder entries = Entries.ToBuilder();
        foreach (RuleWithOrigin rule in rules)
        {
            if (entries.TryGetValue(rule.Rule.Id, out RuleEntry? entry) && entry.Rule.Origin != rule.Origin && entry.Rule.Rule.Equals(rule.Rule))
                entries[rule.Rule.Id] = entry.From(rule.Origin);
        }

        return this with { Entries = entries.ToImmutable() };
    }

    private (RelayState Next, Effects Effects) WaitForAll(long ticket, RuleDifference difference, ImmutableArray<string> notes, ImmutableArray<RelayEffect>.Builder effects)
    {
        ImmutableHashSet<RuleId> rules = [.. difference.Added.Concat(difference.Changed.Select(c => c.After)).Select(r => r.Id)];
        TimeSpan patience = Shortest + TimeSpan.FromSeconds(rules.Count / RulesPerSecond);
        return Wait(
            new WaitingCommand(ticket, rules, Unsettled(rules), difference.Removed.Select(r => r.Home).Distinct().ToImmutableDictionary(name => name, _ => Revision), Removed: null)
            {
                IsOfMany = true,
                Difference = difference,
                Notes = notes,
                Hash = RuleSetHash.Of(Rules.Rules),
            },
            effects,
            patience < Longest ? patience : Longest);
    }
}

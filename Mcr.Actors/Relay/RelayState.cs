using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Mcr.Actors.Messages;
using Mcr.Actors.State;
using Mcr.Native.Rules;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Relay.RelayEffect>;

namespace Mcr.Actors.Relay;

/// <summary>
/// The node's rules, what became of each, and the commands that wait for that. Immutable; each method is one thing that happened, and
/// returns the next state with what is to be done about it, in order.
/// </summary>
internal sealed partial record RelayState
{
    /// <summary>Nothing runs yet.</summary>
    public RelayState(Overlay overlay) => Overlay = overlay;

    /// <summary>What of <see cref="Rules"/> differs from the files.</summary>
    public Overlay Overlay { get; private init; }

    public RuleSet Rules { get; private init; } = RuleSet.Empty;

    public ImmutableDictionary<RuleId, RuleEntry> Entries { get; private init; } = ImmutableDictionary<RuleId, RuleEntry>.Empty;

    /// <summary>Of the node's rules; grows with every change.</summary>
    public long Revision { get; private init; }

    private ImmutableDictionary<string, ImmutableDictionary<RuleId, ForwardingRule>> ByInterface { get; init; } =
        ImmutableDictionary<string, ImmutableDictionary<RuleId, ForwardingRule>>.Empty;

    private ImmutableList<WaitingCommand> Waiting { get; init; } = [];

    /// <summary>All rules or none.</summary>
    /// <param name="field">The prefix of each problem's field, by the rule's place.</param>
    /// <param name="ofOtherNode">See <see cref="Control.ControlRequest.OfOtherNode"/>.</param>
    public (RelayState Next, Effects Effects) Add(long ticket, ImmutableArray<RuleWithOrigin> added, Func<int, string> field, DateTimeOffset now, string? ofOtherNode = null)
    {
        if (Unconfirmed is { } waits)
            return Refuse(ticket, "rules", waits.Refusal);
        var problems = ImmutableArray.CreateBuilder<RuleProblem>();
        RelayDraft draft = Draft();
        Overlay overlay = Overlay;
        for (int i = 0; i < added.Length; i++)
        {
            int place = i;
            RuleWithOrigin rule = overlay.Attribute(added[i]);
            IReadOnlyList<RuleProblem> found = Check(draft, rule.Rule);
            problems.AddRange(found.Select(p => p with { Field = field(place) + p.Field }));
            if (found.Count > 0 || draft.Has(rule.Rule))
                continue;
            draft.Put(rule, isOneOfMany: added.Length > 1, now);
            overlay = overlay.With(rule);
        }

        RuleDifference difference = draft.Difference();
        KeepFiles(ofOtherNode, difference, input => $"{field(added.Index().First(a => a.Item.Rule.Input == input).Index)}input", problems);
        if (problems.Count > 0)
            return (this, [new RelayEffect.Answer(ticket, new CommandResult.Rejected(problems.ToImmutable()))]);
        if (draft.Changed.Count == 0)
            return (this, [new RelayEffect.Answer(ticket, new CommandResult.NoOp(Same(added)))]);
        RelayState next = Take(draft, overlay);
        next.Tell(draft.Homes, draft.Changed.ToImmutable(), draft.Effects);
        draft.Effects.Add(new RelayEffect.Save());
        return next.Wait(ticket, added.Select(r => r.Rule.Id), draft.Effects, difference: difference);
    }

    public (RelayState Next, Effects Effects) Remove(long ticket, RelayCommands.RemoveRule command)
    {
        if (Unconfirmed is { } waits)
            return Refuse(ticket, "rules", waits.Refusal);
        if (!TryFind(command, out ForwardingRule? rule))
            return Refuse(ticket, command.Id is null ? "name" : "rule_id", Unknown(command));
        if (WhyStays(rule) is { } stays)
            return Refuse(ticket, command.Id is null ? "name" : "rule_id", stays);
        RelayDraft draft = Draft();
        draft.Drop(rule);
        RuleDifference difference = draft.Difference();
        var problems = ImmutableArray.CreateBuilder<RuleProblem>();
        KeepFiles(command.OfOtherNode, difference, _ => command.Id is null ? "name" : "rule_id", problems);
        if (problems.Count > 0)
            return (this, [new RelayEffect.Answer(ticket, new CommandResult.Rejected(problems.ToImmutable()))]);
        RelayState next = Take(draft, Overlay.Without(rule.Input));
        next.Tell(draft.Homes, [rule.Id], draft.Effects);
        draft.Effects.Add(new RelayEffect.Save());
        ImmutableDictionary<string, long> interfaces = ImmutableDictionary<string, long>.Empty.Add(rule.Home, next.Revision);
        return next.Wait(new WaitingCommand(ticket, [], [], interfaces, rule) { Difference = difference }, draft.Effects);
    }

    /// <summary>Answered when every rule's state is known.</summary>
    public (RelayState Next, Effects Effects) AwaitAll(long ticket, TimeSpan longest) =>
        Wait(ticket, Entries.Keys, ImmutableArray.CreateBuilder<RelayEffect>(), longest);

    public (RelayState Next, Effects Effects) RuleChanged(RuleView view, long revision)
    {
        if (!Entries.TryGetValue(view.Rule.Id, out RuleEntry? entry))
            return (this, []);
        RuleEntry changed = entry with { View = view with { Origin = entry.Rule.Origin }, Settled = Math.Max(entry.Settled, revision) };
        RelayState next = this with { Entries = Entries.SetItem(view.Rule.Id, changed) };
        return (changed.IsSettled ? next.WaitNoMoreFor(view.Rule.Id) : next).AnswerDone(ImmutableArray.CreateBuilder<RelayEffect>());
    }

    public (RelayState Next, Effects Effects) InterfaceSettled(string name, long revision)
    {
        var effects = ImmutableArray.CreateBuilder<RelayEffect>();
        if (!ByInterface.ContainsKey(name))
            effects.Add(new RelayEffect.ToInterfaces(new InterfaceCommands.Forget(name)));
        RelayState next = this with
        {
            Waiting = [.. Waiting.Select(w => w.Interfaces.TryGetValue(name, out long wanted) && revision >= wanted ? w with { Interfaces = w.Interfaces.Remove(name) } : w)],
        };
        return next.AnswerDone(effects);
    }

    /// <summary>The interface's actor was restarted and knows nothing: it is told everything again.</summary>
    public (RelayState Next, Effects Effects) InterfaceRestarted(string name)
    {
        var effects = ImmutableArray.CreateBuilder<RelayEffect>();
        Tell([name], changed: null, effects);
        return (this, effects.ToImmutable());
    }

    /// <summary>
    /// The rule's actor was restarted and knows nothing: it is told what it is by us, and then how it is by its interface. What we were told last may be older
    /// than that: news that reached the actor when it crashed, or before it knew its rule again, never came here.
    /// </summary>
    public Effects RuleRestarted(RuleId id) => Entries.TryGetValue(id, out RuleEntry? entry)
        ? [new RelayEffect.ToRules(new RuleCommands.Assign(entry.Rule)), new RelayEffect.ToInterfaces(new InterfaceCommands.TellAgain(entry.Rule.Rule.Home, id))]
        : [];

    /// <summary>Who waited long enough is told how things are now.</summary>
    public (RelayState Next, Effects Effects) TimedOut(long ticket) => Waiting.Find(w => w.Ticket == ticket) is { } command
        ? (this with { Waiting = Waiting.Remove(command) }, [new RelayEffect.Answer(ticket, Done(command))])
        : (this, []);

    /// <summary>
    /// What others are told of this node's rules: those that run, and those that were refused when the relay began, which nobody has removed.
    /// </summary>
    public OwnRules Own()
    {
        RuleWithOrigin[] running = [.. Entries.Values.Select(e => e.Rule).Where(r => r.Rule.Input.Leg is null)];
        IEnumerable<RuleWithOrigin> rules = running;
        if (Overlay.Count != running.Length)
            rules = rules.Concat(Overlay.Apply().Rules.Where(r => r.Rule.Input.Leg is null && Rules.ReplacedBy(r.Rule) is null)).DistinctBy(r => r.Rule.Id);
        return new OwnRules([.. rules.Select(r => new OwnRule(r.Rule, r.Origin, Overlay.IsFile(r.Rule)))], Revision);
    }

    /// <summary>Why the rule cannot be beside those of the draft, or on this node at all.</summary>
    private IReadOnlyList<RuleProblem> Check(RelayDraft draft, ForwardingRule rule) =>
        Overlay.WhyNot(rule) is { } elsewhere ? [elsewhere, .. draft.Rules.Check(rule)] : draft.Rules.Check(rule);

    private RelayDraft Draft() => new(Rules.ToBuilder(), Entries.ToBuilder(), ByInterface, Revision + 1);

    private RelayState Take(RelayDraft draft, Overlay overlay) => draft.Dropped.Aggregate(this, (state, id) => state.WaitNoMoreFor(id)) with
    {
        Revision = draft.Revision,
        Rules = draft.Rules.ToImmutable(),
        Entries = draft.Entries.ToImmutable(),
        Overlay = overlay,
        ByInterface = draft.ByInterface(),
    };

    /// <param name="changed">Of these or other interfaces; null for all.</param>
    private void Tell(IEnumerable<string> interfaces, ImmutableHashSet<RuleId>? changed, ImmutableArray<RelayEffect>.Builder effects)
    {
        foreach (string name in interfaces)
        {
            ImmutableDictionary<RuleId, ForwardingRule> rules = ByInterface.GetValueOrDefault(name) ?? ImmutableDictionary<RuleId, ForwardingRule>.Empty;
            effects.Add(new RelayEffect.ToInterfaces(new InterfaceCommands.UseRules(name, Revision, rules, changed)));
        }
    }

    private (RelayState Next, Effects Effects) Wait(long ticket, IEnumerable<RuleId> rules, ImmutableArray<RelayEffect>.Builder effects, TimeSpan? longest = null, RuleDifference? difference = null)
    {
        ImmutableHashSet<RuleId> all = [.. rules];
        return Wait(new WaitingCommand(ticket, all, Unsettled(all), ImmutableDictionary<string, long>.Empty, Removed: null) { Difference = difference ?? RuleDifference.None }, effects, longest);
    }

    private ImmutableHashSet<RuleId> Unsettled(ImmutableHashSet<RuleId> rules) => [.. rules.Where(id => Entries.TryGetValue(id, out RuleEntry? entry) && !entry.IsSettled)];

    private bool TryFind(RelayCommands.RemoveRule command, [NotNullWhen(true)] out ForwardingRule? rule) =>
        command.Id is { } id ? Rules.TryGet(id, out rule) : Rules.TryGetByName(command.Name!, out rule);

    private static string Unknown(RelayCommands.RemoveRule command) =>
        $"there is no rule with {(command.Id is { } id ? $"id '{id}'" : $"name '{command.Name}'")}; `mcrctl list` shows all rules";

    private (RelayState Next, Effects Effects) Wait(WaitingCommand command, ImmutableArray<RelayEffect>.Builder effects, TimeSpan? longest = null)
    {
        effects.Add(new RelayEffect.Await(command.Ticket, longest));
        return (this with { Waiting = Waiting.Add(command) }).AnswerDone(effects);
    }

    private RelayState WaitNoMoreFor(RuleId id) => Waiting.IsEmpty ? this : this with
    {
        Waiting = [.. Waiting.Select(w => w.Pending.Contains(id) ? w with { Pending = w.Pending.Remove(id) } : w)],
    };

    private (RelayState Next, Effects Effects) AnswerDone(ImmutableArray<RelayEffect>.Builder effects)
    {
        ImmutableList<WaitingCommand> done = Waiting.FindAll(w => w.IsDone);
        effects.AddRange(done.Select(command => new RelayEffect.Answer(command.Ticket, Done(command))));
        return (done.IsEmpty ? this : this with { Waiting = Waiting.RemoveRange(done) }, effects.ToImmutable());
    }

    private CommandResult.Ok Done(WaitingCommand command) => new(Sentence(command)) { Difference = command.Difference, Hash = command.Hash, Notes = command.Notes };

    private string Sentence(WaitingCommand command)
    {
        if (command.IsOfMany)
        {
            string open = command.Interfaces.IsEmpty ? "" : $"; the workers of {string.Join(", ", command.Interfaces.Keys.Order(StringComparer.Ordinal))} have not confirmed it yet";
            return $"{command.Difference}{(command.Rules.IsEmpty ? "" : $" ({States(command.Rules).States})")}{open}";
        }

        if (command.Removed is { } removed)
        {
            return command.Interfaces.IsEmpty
                ? $"{Sentences.Label(removed)} is removed"
                : $"{Sentences.Label(removed)} is removed, but the worker of {removed.Home} has not confirmed that it stopped relaying it";
        }

        if (command.Rules.Count == 1)
        {
            RuleId id = command.Rules.Single();
            return Entries.TryGetValue(id, out RuleEntry? entry)
                ? $"{Sentences.Label(entry.Rule.Rule)} for {entry.Rule.Rule.InputsText} is {Sentences.Describe(new RuleOutcome(entry.View.Status, entry.View.Why))}"
                : $"rule {id} was removed meanwhile";
        }

        (int count, string states) = States(command.Rules);
        return count == 0 ? "there are no rules" : $"{count} rules: {states}";
    }

    /// <summary><c>3 active, 1 pending</c>.</summary>
    private (int Count, string States) States(ImmutableHashSet<RuleId> rules)
    {
        RuleEntry[] entries = [.. rules.Select(id => Entries.GetValueOrDefault(id)).OfType<RuleEntry>()];
        return (entries.Length, string.Join(", ", entries.GroupBy(e => e.View.Status).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Sentences.Word(g.Key)}")));
    }

    private static string Same(ImmutableArray<RuleWithOrigin> rules) =>
        rules.Length == 1 ? $"{Sentences.Label(rules[0].Rule)} for {rules[0].Rule.Input} is there already, exactly so" : "all of these rules are there already, exactly so";
}

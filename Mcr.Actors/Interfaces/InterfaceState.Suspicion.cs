using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Interfaces.InterfaceEffect>;

namespace Mcr.Actors.Interfaces;

/// <summary>Rules that make workers end: the search for them, and those that were found.</summary>
internal sealed partial record InterfaceState
{
    /// <summary>The search that is going on; null for none.</summary>
    private RuleSuspicion? Suspicion { get; init; }

    /// <summary>Left out until somebody changes them, with how workers ended.</summary>
    private ImmutableDictionary<RuleId, (ForwardingRule Rule, string How)> Quarantine { get; init; } = ImmutableDictionary<RuleId, (ForwardingRule, string)>.Empty;

    /// <summary>After a search that has found nothing, so many ends are not looked into: it would find nothing again.</summary>
    private const int EndsAfterSearch = 10;

    /// <summary>How many of them are left.</summary>
    private int EndsToIgnore { get; init; }

    /// <summary>What no worker is to have, whatever the devices are like, and why.</summary>
    public ImmutableDictionary<RuleId, RuleOutcome> LeftOut
    {
        get
        {
            ImmutableDictionary<RuleId, RuleOutcome>.Builder leftOut = ImmutableDictionary.CreateBuilder<RuleId, RuleOutcome>();
            foreach (RuleId id in Suspicion?.HeldBack ?? [])
                leftOut[id] = new RuleOutcome(RuleStatus.Pending, $"it is held back for some seconds: a rule makes the worker of {Name} end again and again, and it is being found out which");
            foreach ((RuleId id, (_, string how)) in Quarantine)
                leftOut[id] = new RuleOutcome(RuleStatus.Failed, $"it makes the worker of {Name} end ({how}) and is left out; change it, or remove it and add it again to have it tried again");
            return leftOut.ToImmutable();
        }
    }

    /// <summary>All workers have lived with the rules on trial.</summary>
    public (InterfaceState Next, Effects Effects) TrialOver() => Suspicion is { } suspicion
        ? Suspect(suspicion.Lived(), [])
        : (this, []);

    /// <summary>
    /// Rules that were removed are no suspects any more, and found ones that are not the same are free. A suspect that was changed stays one: it is known
    /// only of all of them together that one is to blame, and whether the change has helped is what the search finds out.
    /// </summary>
    private (InterfaceState Next, Effects Effects) Acquit()
    {
        RuleSuspicion? search = Suspicion?.Without(id => !Desired.ContainsKey(id));
        InterfaceState next = this with
        {
            EndsToIgnore = 0,
            Quarantine = Quarantine.RemoveRange(Quarantine.Where(q => !ReferenceEquals(Desired.GetValueOrDefault(q.Key), q.Value.Rule)).Select(q => q.Key)),
            Suspicion = search is { IsOver: false } ? search : null,
        };

        // What is tried next was left out until now, and is to have its whole time.
        bool isOtherTrial = Suspicion is { } earlier && (search!.IsOver || (!earlier.Tried.IsEmpty && !earlier.Tried.Any(id => search.Tried.Contains(id))));
        return isOtherTrial ? (next.LookAgain(), [new InterfaceEffect.EndTrial()]) : (next, []);
    }

    private (InterfaceState Next, Effects Effects) WorkerEnded(int number, string how, TimeSpan lived, bool tooOften)
    {
        if (Suspicion is null)
        {
            RuleId[] relayed = [.. Outcomes.Where(o => o.Value.IsRelayed && ReferenceEquals(Desired.GetValueOrDefault(o.Key), Planned[o.Key])).Select(o => o.Key).OrderBy(id => id.Value, StringComparer.Ordinal)];
            if (EndsToIgnore > 0)
                return (this with { EndsToIgnore = EndsToIgnore - 1 }, []);
            if (!tooOften || relayed.Length == 0)
                return (this, []);
            return Suspect(RuleSuspicion.Begin(relayed, lived), [
                new InterfaceEffect.Warn($"{Label(number)} keeps ending ({how}); it is tried without its {Count(relayed.Length)}, then with some of them, to find out whether one is to blame"),
                new InterfaceEffect.StartNow(number),
            ]);
        }

        (RuleSuspicion? next, RuleId? guilty) = Suspicion.Ended();
        if (next is null)
        {
            (InterfaceState innocent, Effects effects) = Suspect(null, [
                new InterfaceEffect.Warn($"{Label(number)} ends without any rule, too ({how}); no rule is to blame, and it is started again and again with all of them"),
            ]);
            return (innocent with { EndsToIgnore = EndsAfterSearch }, effects);
        }

        // Not one that was changed meanwhile: this was the end of what it had been.
        InterfaceState state = guilty is { } id && Desired.TryGetValue(id, out ForwardingRule? rule) && ReferenceEquals(rule, Planned.GetValueOrDefault(id))
            ? this with { Quarantine = Quarantine.SetItem(id, (rule, how)) }
            : this;
        return state.Suspect(next, [new InterfaceEffect.StartNow(number)]);
    }

    private (InterfaceState Next, Effects Effects) Suspect(RuleSuspicion? suspicion, Effects effects)
    {
        bool isOver = suspicion is null or { IsOver: true };
        InterfaceState next = LookAgain() with { Suspicion = isOver ? null : suspicion };
        if (isOver && suspicion is not null && !next.Quarantine.IsEmpty)
            effects = effects.Add(new InterfaceEffect.Warn($"the worker of {Name} goes on without the {Count(next.Quarantine.Count)} that made it end: {string.Join(", ", next.Quarantine.Keys.Select(id => id.Value).Order(StringComparer.Ordinal))}"));
        return (next, [new InterfaceEffect.EndTrial(), .. effects]);
    }

    /// <summary>The workers run what they are to run: from here on they have to live.</summary>
    private void BeginTrial(ImmutableArray<InterfaceEffect>.Builder effects)
    {
        if (Suspicion is { } suspicion)
            effects.Add(new InterfaceEffect.BeginTrial(suspicion.Trial));
    }

    private static string Count(int rules) => rules == 1 ? "1 rule" : $"{rules} rules";
}

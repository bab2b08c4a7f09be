using System.Collections.Immutable;
using Mcr.Actors.Configuration;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Native.Rules;

namespace Mcr.Actors.State;

/// <summary>
/// What was changed at run time, on top of the rules of the files, by input, which is what tells rules apart. Immutable and pure. An input is
/// never in both, and what is as the files have it is in neither.
/// </summary>
public sealed record Overlay
{
    private static readonly ImmutableDictionary<RuleInput, RuleWithOrigin> None = ImmutableDictionary<RuleInput, RuleWithOrigin>.Empty;

    private Overlay(IEnumerable<RuleWithOrigin> files, string? clusterNode)
    {
        Files = ByInput(files);
        ClusterNode = clusterNode;
    }

    /// <inheritdoc cref="Configuration.McrSettings.ClusterNode"/>
    public string? ClusterNode { get; }

    /// <summary>As they are now; not part of what is saved.</summary>
    public ImmutableDictionary<RuleInput, RuleWithOrigin> Files { get; }

    /// <summary>Rules that no file has, or that a file has otherwise.</summary>
    public ImmutableDictionary<RuleInput, RuleWithOrigin> Added { get; private init; } = None;

    /// <summary>Rules of the files that are not to run.</summary>
    public ImmutableDictionary<RuleInput, RuleWithOrigin> Removed { get; private init; } = None;

    /// <summary>The other ends of legs from other nodes, which are there because of their rules: not part of what is saved.</summary>
    public ImmutableDictionary<RuleInput, RuleWithOrigin> Halves { get; private init; } = None;

    public bool IsEmpty => Added.IsEmpty && Removed.IsEmpty;

    /// <summary>So many rules are to run, unless some cannot be beside others.</summary>
    public int Count => Files.Count - Removed.Count + Added.Keys.Count(input => !Files.ContainsKey(input));

    /// <summary>Nothing was changed.</summary>
    /// <param name="clusterNode"><see cref="ClusterNode"/>.</param>
    public static Overlay On(IEnumerable<RuleWithOrigin> files, string? clusterNode = null) => new(files, clusterNode);

    /// <summary>What was saved, on top of files that may have changed since.</summary>
    /// <returns>Also a sentence for each rule that is not what somebody may think it is.</returns>
    public static (Overlay Overlay, ImmutableArray<string> Notes) On(IEnumerable<RuleWithOrigin> files, IEnumerable<RuleWithOrigin> added, IEnumerable<RuleWithOrigin> removed, string? clusterNode = null)
    {
        var overlay = new Overlay(files, clusterNode);
        var notes = ImmutableArray.CreateBuilder<string>();
        foreach (RuleWithOrigin rule in added)
        {
            if (overlay.InFiles(rule.Rule) is { } same)
                notes.Add($"{Sentences.Label(rule.Rule)}, added by {rule.Origin}, is at {same.Origin} now, exactly so, and comes from there from now on");
            overlay = overlay.With(rule);
        }

        foreach (RuleWithOrigin rule in removed)
        {
            if (!overlay.Files.TryGetValue(rule.Rule.Input, out RuleWithOrigin? now))
                notes.Add($"{Sentences.Label(rule.Rule)} for {rule.Rule.InputsText}, which was removed while mcrd ran, is in no file any more; that it was removed is forgotten");
            else if (!now.Rule.Equals(rule.Rule))
                notes.Add($"{Sentences.Label(now.Rule)} for {rule.Rule.InputsText} stays removed, as it was while mcrd ran, although it was changed at {now.Origin} since; to have it, add it with mcrctl");
            overlay = overlay.Without(rule.Rule.Input);
        }

        return (overlay, notes.ToImmutable());
    }

    /// <summary>Added, or put in place of the one with the same input.</summary>
    public Overlay With(RuleWithOrigin rule)
    {
        RuleInput input = rule.Rule.Input;
        if (input.Leg is not null)
            return this; // of Halves
        return Become(InFiles(rule.Rule) is null ? Added.SetItem(input, rule) : Added.Remove(input), Removed.Remove(input));
    }

    /// <summary>These halves, and no others.</summary>
    /// <remarks>The same object when they are.</remarks>
    public Overlay WithHalves(IEnumerable<RuleWithOrigin> halves)
    {
        Overlay next = this with { Halves = ByInput(halves) };
        return next.HasHalvesOf(this) ? this : next;
    }

    private bool HasHalvesOf(Overlay other) => Halves.Count == other.Halves.Count && Halves.All(h => other.Halves.TryGetValue(h.Key, out RuleWithOrigin? same) && same == h.Value);

    public Overlay Without(RuleInput input) =>
        Become(Added.Remove(input), Files.TryGetValue(input, out RuleWithOrigin? file) ? Removed.SetItem(input, file) : Removed);

    /// <summary>A rule which is in a file exactly so comes from there, whoever asks for it.</summary>
    public RuleWithOrigin Attribute(RuleWithOrigin rule) => InFiles(rule.Rule) ?? rule;

    /// <summary>A file has it, exactly so.</summary>
    public bool IsFile(ForwardingRule rule) => InFiles(rule) is not null;

    /// <summary>Why a rule cannot run on this node, whatever others there are; null: it can.</summary>
    internal RuleProblem? WhyNot(ForwardingRule rule) => NodeCheck.WhyNot(rule, ClusterNode);

    /// <summary>The rules to run. What was changed at run time wins: a rule of a file that cannot be beside it is left out, and so is one that this node cannot have any more.</summary>
    /// <returns>Also a sentence for each that is left out.</returns>
    public (ImmutableArray<RuleWithOrigin> Rules, ImmutableArray<string> LeftOut) Apply()
    {
        if (Added.IsEmpty && Halves.IsEmpty) // what the files have was checked when they were read
            return ([.. Files.Values.Where(f => !Removed.ContainsKey(f.Rule.Input))], []);
        var rules = ImmutableArray.CreateBuilder<RuleWithOrigin>();
        var leftOut = ImmutableArray.CreateBuilder<string>();
        RuleSetBuilder set = RuleSet.Empty.ToBuilder();
        foreach (RuleWithOrigin rule in Added.Values.Concat(Files.Values.Where(f => !Added.ContainsKey(f.Rule.Input) && !Removed.ContainsKey(f.Rule.Input))).Concat(Halves.Values))
        {
            if (WhyNot(rule.Rule) is { } elsewhere)
            {
                leftOut.Add($"{Sentences.Label(rule.Rule)} of {rule.Origin} cannot be on this node as it is set up now, and is left out until it can: {elsewhere.Sentence}");
                continue;
            }

            IReadOnlyList<RuleProblem> problems = set.Check(rule.Rule);
            if (problems.Count == 0)
            {
                set.Put(rule.Rule);
                rules.Add(rule);
            }
            else
            {
                leftOut.Add($"{Sentences.Label(rule.Rule)} of {rule.Origin} cannot be beside {(rule.Rule.Input.Leg is null ? "what was added while mcrd ran" : "the other rules of this node")}, and is left out: {string.Join("; ", problems)}");
            }
        }

        return (rules.ToImmutable(), leftOut.ToImmutable());
    }

    private RuleWithOrigin? InFiles(ForwardingRule rule) => Files.TryGetValue(rule.Input, out RuleWithOrigin? file) && file.Rule.Equals(rule) ? file : null;

    /// <summary>The same object when nothing is different.</summary>
    private Overlay Become(ImmutableDictionary<RuleInput, RuleWithOrigin> added, ImmutableDictionary<RuleInput, RuleWithOrigin> removed) =>
        added == Added && removed == Removed ? this : this with { Added = added, Removed = removed };

    private static ImmutableDictionary<RuleInput, RuleWithOrigin> ByInput(IEnumerable<RuleWithOrigin> rules) => rules.ToImmutableDictionary(r => r.Rule.Input);
}

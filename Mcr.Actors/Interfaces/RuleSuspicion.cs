using System.Collections.Immutable;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// The search for rules that make workers end, by halves: some are tried, the rest of the suspects is held back, until each has either been
/// run for a while or is alone with the blame. Immutable, pure.
/// <code>
/// without any: lives ──▶ [a b] ends ──▶ [a] ends: a is to blame ──▶ [b] lives ──▶ [c d] lives ──▶ over
/// </code>
/// </summary>
internal sealed record RuleSuspicion
{
    private static readonly TimeSpan ShortestTrial = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTrial = TimeSpan.FromSeconds(30);

    /// <summary>Of what the workers have lived lately: so long without an end is no chance.</summary>
    private const int Lives = 4;

    private RuleSuspicion()
    {
    }

    /// <summary>On trial now. Empty at first: a worker that ends without any rule ends for another reason.</summary>
    public ImmutableArray<RuleId> Tried { get; private init; } = [];

    /// <summary>To be tried later, held back until then.</summary>
    public ImmutableStack<ImmutableArray<RuleId>> Untried { get; private init; } = [];

    /// <summary>How long a trial takes.</summary>
    public TimeSpan Trial { get; private init; }

    public bool IsOver => Tried.IsEmpty && Untried.IsEmpty;

    public IEnumerable<RuleId> HeldBack => Untried.SelectMany(group => group);

    /// <param name="lived">The last life.</param>
    public static RuleSuspicion Begin(IEnumerable<RuleId> rules, TimeSpan lived) =>
        new() { Untried = [[.. rules]], Trial = Clamp(lived * Lives) };

    /// <summary>A worker has ended during the trial.</summary>
    /// <returns>The rule that is to blame, once it is known. Next is null when no rule is: the workers end without any suspect.</returns>
    public (RuleSuspicion? Next, RuleId? Guilty) Ended() => Tried.Length switch
    {
        0 => (null, null),
        1 => (Continue(), Tried[0]),
        _ => (Try(Tried), null),
    };

    /// <summary>No worker has ended.</summary>
    public RuleSuspicion Lived() => Tried.IsEmpty && !Untried.IsEmpty
        ? (this with { Untried = Untried.Pop(out ImmutableArray<RuleId> all) }).Try(all) // together they make it end: that is known
        : Continue();

    /// <summary>Rules that are gone. When none is left of those on trial, the next are.</summary>
    public RuleSuspicion Without(Func<RuleId, bool> isGone)
    {
        RuleSuspicion next = this with
        {
            Tried = Tried.RemoveAll(id => isGone(id)),
            Untried = [.. Untried.Reverse().Select(group => group.RemoveAll(id => isGone(id))).Where(group => !group.IsEmpty)],
        };
        return next.Tried.IsEmpty && !Tried.IsEmpty ? next.Continue() : next;
    }

    /// <summary>The first half of a group that is known to contain one.</summary>
    private RuleSuspicion Try(ImmutableArray<RuleId> group)
    {
        int half = (group.Length + 1) / 2;
        return this with { Tried = group[..half], Untried = half == group.Length ? Untried : Untried.Push(group[half..]) };
    }

    private RuleSuspicion Continue() => Untried.IsEmpty
        ? this with { Tried = [] }
        : this with { Tried = Untried.Peek(), Untried = Untried.Pop() };

    private static TimeSpan Clamp(TimeSpan time) => time < ShortestTrial ? ShortestTrial : time > LongestTrial ? LongestTrial : time;
}

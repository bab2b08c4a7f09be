namespace Mcr.Native.Rules;

/// <summary>
/// Two tables by turns: the loop reads one, and the other, which it has given up, gets the last change and the next. So a change costs what
/// changes, whatever the number of the others, and no memory. Control thread only, which waits for the loop after each change.
/// </summary>
internal sealed class RuleTables
{
    private RuleTable _behind = RuleTable.Empty; // lacks the last change
    private IReadOnlyCollection<RuleKey> _lastRemoved = [];
    private IReadOnlyCollection<(RuleKey Key, RuleEntry Entry)> _lastAdded = [];

    /// <summary>What the loop reads.</summary>
    public RuleTable Current { get; private set; } = RuleTable.Empty;

    /// <summary>
    /// All of <paramref name="removed"/> are in the current table, and none of <paramref name="added"/> that are not also among those. The loop
    /// has taken the table of the last call, and takes this one before the next.
    /// </summary>
    public RuleTable Change(IReadOnlyCollection<RuleKey> removed, IReadOnlyCollection<(RuleKey Key, RuleEntry Entry)> added)
    {
        int rules = Current.Count - removed.Count + added.Count;
        RuleTable next = _behind;
        if (ReferenceEquals(next, RuleTable.Empty) || next.Room < Math.Max(rules, Current.Count))
        {
            next = new RuleTable(Math.Max(rules, Current.Count));
            next.AddAll(Current);
        }
        else
        {
            Apply(next, _lastRemoved, _lastAdded);
        }

        Apply(next, removed, added);
        (_behind, _lastRemoved, _lastAdded) = (Current, removed, added);
        return Current = next;
    }

    private static void Apply(RuleTable table, IReadOnlyCollection<RuleKey> removed, IReadOnlyCollection<(RuleKey Key, RuleEntry Entry)> added)
    {
        foreach (RuleKey key in removed)
            table.Remove(key);
        foreach ((RuleKey key, RuleEntry entry) in added)
            table.Add(key, entry);
    }
}

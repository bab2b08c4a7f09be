namespace Mcr.Native.Rules;

/// <summary>
/// Two tables by turns: the loop reads one, and the other, which it has given up, gets the last change and the next. So a change costs what
/// changes, whatever the number of the others, and no memory. Control thread only, which waits for the loop after each change.
/// </summary>
internal sealed class RuleTables
{
    private RuleTable _behind = RuleTable.Empty; // lacks the last change
    private readonly Dictionary<RuleKey, RuleEntry> _ranges = []; // those whose input is not exact
    private PrefixTable? _prefixes;
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
        ChangeRanges(removed, added);
        removed = [.. removed.Where(k => k.IsExact)];
        added = [.. added.Where(a => a.Key.IsExact)];
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
        next.Use(_prefixes);
        (_behind, _lastRemoved, _lastAdded) = (Current, removed, added);
        return Current = next;
    }

    public bool TryGet(RuleKey key, out RuleEntry entry) => key.IsExact ? Current.TryGet(key, out entry) : _ranges.TryGetValue(key, out entry);

    /// <summary>There are few, as a rule: their table is made anew.</summary>
    private void ChangeRanges(IReadOnlyCollection<RuleKey> removed, IReadOnlyCollection<(RuleKey Key, RuleEntry Entry)> added)
    {
        bool isChanged = false;
        foreach (RuleKey key in removed)
            isChanged |= !key.IsExact && _ranges.Remove(key);
        foreach ((RuleKey key, RuleEntry entry) in added)
            isChanged |= !key.IsExact && _ranges.TryAdd(key, entry);
        if (isChanged)
            _prefixes = _ranges.Count == 0 ? null : new PrefixTable(_ranges);
    }

    private static void Apply(RuleTable table, IReadOnlyCollection<RuleKey> removed, IReadOnlyCollection<(RuleKey Key, RuleEntry Entry)> added)
    {
        foreach (RuleKey key in removed)
            table.Remove(key);
        foreach ((RuleKey key, RuleEntry entry) in added)
            table.Add(key, entry);
    }
}

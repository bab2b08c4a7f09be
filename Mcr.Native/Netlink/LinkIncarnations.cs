namespace Mcr.Native.Netlink;

/// <summary>
/// Which devices were deleted, and so which came back under an index that another had (<see cref="Link.Incarnation"/>). Outlives the monitors that fill it: a watch
/// that is started again goes on with the numbers of the one before. For one <see cref="LinkMonitor"/> at a time.
/// </summary>
public sealed class LinkIncarnations
{
    /// <summary>An index is taken again at once or never: of older deletions nothing need be known.</summary>
    private const int RememberedDeletions = 4096;

    /// <summary>By index: its last deletion, as a number of ours.</summary>
    private readonly Dictionary<int, long> _deletions = [];
    private long _lastDeletion;
    private HashSet<int> _present = []; // at the last look

    /// <summary>The device with this index has left.</summary>
    internal void Gone(int index) => _deletions[index] = ++_lastDeletion;

    /// <summary>The devices with their numbers. One that is not there any more has left, whether or not anybody was told: news are lost, and so is what happens between two watches.</summary>
    internal LinkTable Number(LinkTable table)
    {
        HashSet<int> present = [.. table.Links.Select(l => l.Index)];
        foreach (int index in _present.Except(present))
            Gone(index);
        _present = present;
        if (_deletions.Count == 0)
            return table;
        LinkTable numbered = new([.. table.Links.Select(l => l with { Incarnation = _deletions.GetValueOrDefault(l.Index) })]);
        if (_deletions.Count > RememberedDeletions)
            Forget();
        return numbered;
    }

    private void Forget()
    {
        foreach (int gone in _deletions.Keys.Except(_present).OrderBy(i => _deletions[i]).Take(RememberedDeletions / 2).ToArray())
            _deletions.Remove(gone);
    }
}

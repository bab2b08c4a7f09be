using Mcr.Native.Feeds;
using Mcr.Native.Packet;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Native.Loop;

/// <summary>
/// A rule with several inputs, for as long as it is selected in the same way. Made and disposed of by the control thread, when the loop does not have it; the rest is the loop's own.
/// </summary>
internal sealed unsafe class SelectedStream : IDisposable
{
    private readonly long* _block;
    private readonly int _inputs;
    private bool _hasBegun;
    private long _duplicates; // of all inputs, as counted in the drops
    private long _late;
    private long _astray;
    private long _unusable;

    /// <param name="block">The rule's <see cref="SelectBlock"/>.</param>
    /// <param name="identity">Of the inputs, in their order.</param>
    public SelectedStream(SelectSettings settings, int inputs, long* block, long identity = 0)
    {
        _block = block;
        _inputs = inputs;
        if (settings.Mode == SelectMode.Merge)
            Merger = new StreamMerger(settings, inputs, block, identity);
        else
            Chooser = new FailoverChooser(settings, inputs, block);
    }

    /// <summary>Of <see cref="SelectMode.Merge"/>.</summary>
    public StreamMerger? Merger { get; }

    /// <summary>Of <see cref="SelectMode.Failover"/>.</summary>
    public FailoverChooser? Chooser { get; }

    /// <summary>The rule as it is in the loop's table.</summary>
    public RuleEntry Rule { get; private set; }

    /// <summary>Where its inputs come from; null: from nowhere at present.</summary>
    public FrameInlet?[] Inlets { get; private set; } = [];

    /// <summary>Something of it has come since the last flush; the next one of those.</summary>
    public SelectedStream? NextTouched { get; set; }

    public bool IsTouched { get; set; }

    /// <summary>Something of it waits; the next one of those.</summary>
    public SelectedStream? NextWaiting { get; set; }

    public bool IsWaiting { get; set; }

    /// <summary>The next table has it, too.</summary>
    public bool IsKept { get; set; }

    /// <summary>What the merger has given is not sent yet.</summary>
    public bool HasGiven { get; set; }

    /// <summary>The loop has taken a table with it.</summary>
    public void Use(in RuleEntry rule, FrameInlet?[] inlets)
    {
        Rule = rule;
        Inlets = inlets;
        if (!_hasBegun)
            _ = CountDrops(null); // what is there was counted by others
        _hasBegun = true;
    }

    /// <summary>Boot clock: everything that had come by then has been taken, of each of its inputs.</summary>
    public long TakenUntil(long now)
    {
        long until = now;
        foreach (FrameInlet? inlet in Inlets)
            until = Math.Min(until, inlet?.TakenUntil ?? now);
        return until;
    }

    /// <summary>Adds what the merger has dropped, in whatever way, to the worker's counts.</summary>
    /// <param name="drops">By <see cref="DropReason"/>; null: it was counted before.</param>
    /// <returns>One of the reasons that there were; none: nothing was dropped.</returns>
    public DropReason CountDrops(long* drops)
    {
        (long duplicates, long late, long astray, long unusable) = (0, 0, 0, 0);
        for (int i = 0; i < _inputs; i++)
        {
            long* input = _block + SelectBlock.InputAt(i);
            duplicates += input[SelectBlock.Duplicates];
            late += input[SelectBlock.Late];
            astray += input[SelectBlock.Astray];
            unusable += input[SelectBlock.Unusable];
        }

        DropReason reason = DropReason.None;
        Count(DropReason.Duplicate, ref _duplicates, duplicates, drops, ref reason);
        Count(DropReason.Late, ref _late, late, drops, ref reason);
        Count(DropReason.Astray, ref _astray, astray, drops, ref reason);
        Count(DropReason.Unusable, ref _unusable, unusable, drops, ref reason);
        return reason;
    }

    public void Dispose() => Merger?.Dispose();

    private static void Count(DropReason reason, ref long counted, long now, long* drops, ref DropReason found)
    {
        if (now == counted)
            return;
        found = reason;
        if (drops != null)
            drops[(int)reason] += now - counted;
        counted = now;
    }
}

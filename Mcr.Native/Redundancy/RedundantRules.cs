using Mcr.Native.Ingress;

namespace Mcr.Native.Redundancy;

/// <summary>The redundant rules of one table, as the loop uses them. Replaced whole, with the table.</summary>
/// <param name="Rules">Each rule's entry in the slot, and what it says of its takeover.</param>
/// <param name="Ended">Entries of rules that were redundant in the table before, and are not in this.</param>
/// <param name="Sources">What is heard on the segments of their outputs; a <see cref="EchoKey.Socket"/> is a place in it.</param>
public sealed record RedundantRules((int Counter, TakeoverSettings Settings)[] Rules, int[] Ended, IFrameSource[] Sources, EchoTable Echoes)
{
    public static readonly RedundantRules None = new([], [], [], new EchoTable([]));

    /// <summary>Of all, in nanoseconds: what is left over is dropped only when it is too late for each of them.</summary>
    public long LongestAfter { get; } = Rules.Length == 0 ? long.MaxValue : Rules.Max(r => r.Settings.After);

    /// <summary>Of all, in nanoseconds.</summary>
    public long ShortestAfter { get; } = Rules.Length == 0 ? long.MaxValue : Rules.Min(r => r.Settings.After);
}

using System.Runtime.InteropServices;
using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>
/// What a <see cref="Takeover"/> remembers, in a few bytes, so that two that will do the same are the same: times become ages, and what is only shown is left out. The model stands still at
/// <see cref="Now"/> and everything else gets older.
/// </summary>
internal static class TakeoverMemory
{
    /// <summary>All that happens in the model happens at a multiple of it.</summary>
    public const long Tick = 25_000_000;

    public const long Now = 1_000_000 * Tick;

    public const int Size = 18;

    /// <summary>A fifth of a tick, of which the time of a claim is a multiple.</summary>
    private const long Unit = Tick / 5;

    /// <summary>Older is as old as this: nothing that is decided asks for more than takeover-after.</summary>
    private const long OldestAge = 5 * Tick;

    private static readonly int FirstOrder = Index("_orders");
    private static readonly int[] Past = Indexes("_lastOwn", "_lastEcho", "_unjudged", "_aloneSince", "_askedAt");
    private static readonly int[] Future = Indexes("_claimUntil", "_yieldUntil", "_orders.FreeUntil", "_orders.SuspectUntil");
    private static readonly int[] Small = Indexes("_role", "_echoRank", "_isProven", "_unanswered", "_echoesSinceOwn", "_awaitsOwn", "_yieldTo", "_orders.Withheld");
    private static readonly int[] Shown = Indexes("_cause", "_changedAt", "_gap", "_takeovers", "_yields", "_echoes", "_strangers", "_lastUnknown");
    private static readonly int[] Rest = Indexes("_inUse", "_silent", "_obeyed", "_after", "_rank", "_orders.Order");
    private static readonly int Silent = Index("_silent"), LastEcho = Index("_lastEcho"), Unjudged = Index("_unjudged"), AloneSince = Index("_aloneSince"), EchoesSinceOwn = Index("_echoesSinceOwn");
    private static readonly int ClaimUntil = Index("_claimUntil"), YieldTo = Index("_yieldTo"), YieldUntil = Index("_yieldUntil"), Order = Index("_orders.Order"), Obeyed = Index("_obeyed"), Unanswered = Index("_unanswered"), Role = Index("_role"), AwaitsOwn = Index("_awaitsOwn");

    /// <summary>No word of it is forgotten here.</summary>
    public static bool KnowsAll => Past.Concat(Future).Concat(Small).Concat(Shown).Concat(Rest).Order().SequenceEqual(Enumerable.Range(0, Marshal.SizeOf<Takeover>() / sizeof(long)));

    /// <summary>One tick later.</summary>
    public static void Age(ref Takeover rule)
    {
        Span<long> words = Words(ref rule);
        foreach (int i in Past)
            words[i] = words[i] == 0 ? 0 : words[i] - Tick;
        foreach (int i in Future)
            words[i] = words[i] is 0 or long.MaxValue ? words[i] : words[i] - Tick;
    }

    public static void Write(Takeover rule, Span<byte> bytes)
    {
        Span<long> words = Words(ref rule);
        Simplify(words);
        int at = 0;
        foreach (int i in Past)
            bytes[at++] = words[i] == 0 ? byte.MaxValue : (byte)((Now - words[i]) / Unit);
        foreach (int i in Future)
            bytes[at++] = words[i] == long.MaxValue ? byte.MaxValue : words[i] <= Now ? (byte)0 : (byte)((words[i] - Now) / Unit);
        foreach (int i in Small)
            bytes[at++] = (byte)words[i];
        bytes[at] = (byte)(words[Silent] / Unit);
    }

    public static void Read(ReadOnlySpan<byte> bytes, ref Takeover rule)
    {
        Span<long> words = Words(ref rule);
        int at = 0;
        foreach (int i in Past)
            words[i] = bytes[at++] is var age && age == byte.MaxValue ? 0 : Now - (age * Unit);
        foreach (int i in Future)
            words[i] = bytes[at++] is var left && left == byte.MaxValue ? long.MaxValue : left == 0 ? 0 : Now + (left * Unit);
        foreach (int i in Small)
            words[i] = bytes[at++];
        words[Silent] = bytes[at] * Unit;
        words[Order] = words[Obeyed] = 0;
    }

    public static TakeoverOrders OrdersOf(Takeover rule) => MemoryMarshal.Cast<long, TakeoverOrders>(Words(ref rule)[FirstOrder..])[0];

    /// <summary>What makes no difference any more is made equal, so that there are no more states than there need be.</summary>
    private static void Simplify(Span<long> words)
    {
        bool isAnswered = words[LastEcho] >= words[Unjudged] - (2 * Tick);
        foreach (int i in Past)
            words[i] = words[i] == 0 ? 0 : Math.Max(words[i], Now - OldestAge);
        if (words[LastEcho] != 0)
            words[LastEcho] = Math.Max(words[LastEcho], Now - (3 * Tick)); // not within half of takeover-after
        if (words[Unjudged] != 0)
            (words[Unjudged], words[LastEcho]) = (Now - Tick, isAnswered || words[LastEcho] == 0 ? words[LastEcho] : Now - (4 * Tick)); // whether it was answered
        words[Silent] = Math.Min(words[Silent], OldestAge);
        words[Unanswered] = Math.Min(words[Unanswered], Takeover.MostUnanswered);
        words[EchoesSinceOwn] = Math.Min(words[EchoesSinceOwn], Takeover.MostEchoesAlone);
        words[AloneSince] = words[EchoesSinceOwn] == 0 ? 0 : Math.Max(words[AloneSince], Now - (3 * Tick));
        if (words[ClaimUntil] <= Now)
            words[ClaimUntil] = 0;
        if (words[Role] == (long)TakeoverRole.Standby)
            words[YieldTo] = words[ClaimUntil] = words[AwaitsOwn] = 0; // of a hand-over only a forwarder has something
        words[YieldUntil] = words[YieldTo] != 0 && words[YieldUntil] > Now ? long.MaxValue : 0; // it lasts for much longer than anything else
        if (words[YieldUntil] == 0)
            words[YieldTo] = 0;
    }

    private static Span<long> Words(ref Takeover rule) => MemoryMarshal.Cast<Takeover, long>(new Span<Takeover>(ref rule));

    private static int[] Indexes(params string[] fields) => [.. fields.Select(Index)];

    private static int Index(string field)
    {
        string[] parts = field.Split('.');
        int offset = (int)Marshal.OffsetOf<Takeover>(parts[0]);
        return (offset + (parts.Length > 1 ? (int)Marshal.OffsetOf<TakeoverOrders>(parts[1]) : 0)) / sizeof(long);
    }
}

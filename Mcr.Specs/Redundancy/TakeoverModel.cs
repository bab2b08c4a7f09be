using System.Runtime.Intrinsics;
using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>
/// Two nodes with a rule of a takeover-after of four ticks, and everything that can happen to them: a datagram takes no time or a tick to each, and from one to the other; at any moment a
/// fault, of which there are a few, or the end of one. Where a state can lead to is tried without exception, so that what holds in all that are found holds always.
/// </summary>
/// <param name="interval">Of the flow, in ticks: 1 is a dense one, 4 is one of few datagrams.</param>
/// <param name="isManaged">The mcrds say who is free, suspect and withheld; otherwise they are silent.</param>
internal sealed class TakeoverModel(int faults, int interval, bool isManaged)
{
    public const int After = 4;
    private const long Lease = 3 * TakeoverMemory.Tick;

    private static readonly string[] Ticks = [.. Enumerable.Range(0, 16).Select(d => $"tick{(d == 0 ? "" : $" {d:b4}")}")];

    private readonly HashSet<Vector512<byte>> _known = new(new Comparer());
    private readonly Queue<Vector512<byte>> _next = new();
    private readonly List<(int From, string How)> _found = []; // in the order of the queue

    public int States => _known.Count;

    public long Steps { get; private set; }

    /// <summary>Ticks for which two that hear each other have forwarded, at most.</summary>
    public int WorstDouble { get; private set; }

    /// <summary>Ticks, or datagrams of a slow flow, for which nobody forwarded although one could, at most.</summary>
    public int WorstNobody { get; private set; }

    /// <returns>How the bound is broken; null: it never is.</returns>
    public string? Search(int mostDouble, int mostNobody)
    {
        foreach (int owner in (int[])[0, 1])
            Found(Begin(owner), -1, $"{owner} forwards");
        for (int number = 0; _next.TryDequeue(out Vector512<byte> packed); number++)
        {
            ModelState state = Fresh();
            state.Unpack(packed);
            if (state.Double > mostDouble || state.One.Nobody > mostNobody || state.Other.Nobody > mostNobody)
                return $"{(state.Double > mostDouble ? "two forward" : "nobody forwards")}: {Story(number)}";
            WorstDouble = Math.Max(WorstDouble, state.Double);
            WorstNobody = Math.Max(WorstNobody, Math.Max(state.One.Nobody, state.Other.Nobody));
            Happen(state, number);
            for (int delays = 0; delays < 16; delays++)
                Pass(state, number, delays);
        }

        return null;
    }

    private static ModelState Fresh()
    {
        var state = new ModelState { One = { HasInput = true, HasOutput = true }, Other = { HasInput = true, HasOutput = true } };
        state.One.Rule.Use(TakeoverMemory.Now, new TakeoverSettings(After * TakeoverMemory.Tick, 0));
        state.Other.Rule.Use(TakeoverMemory.Now, new TakeoverSettings(After * TakeoverMemory.Tick, 1));
        return state;
    }

    /// <summary>One forwards, the other has heard it.</summary>
    private ModelState Begin(int owner)
    {
        ModelState state = Fresh();
        state.FaultsLeft = (byte)faults;
        (owner == 0 ? ref state.One : ref state.Other).Rule.Obey(TakeoverMemory.Now, new TakeoverOrders { Order = TakeoverOrders.Make(1, TakeoverOrder.Take) });
        (owner == 0 ? ref state.Other : ref state.One).Rule.Heard(TakeoverMemory.Now, owner);
        return state;
    }

    private void Found(in ModelState state, int from, string how)
    {
        Steps++;
        Vector512<byte> packed = state.Pack();
        if (!_known.Add(packed))
            return;
        _next.Enqueue(packed);
        _found.Add((from, how));
    }

    private string Story(int number)
    {
        var story = new List<string>();
        while (number >= 0)
        {
            (number, string how) = _found[number];
            story.Add(how);
        }

        story.Reverse();
        return string.Join(", ", story);
    }

    /// <summary>A fault, or the end of one, or a message that comes; no time passes.</summary>
    private void Happen(in ModelState before, int number)
    {
        foreach (ModelEvent what in ModelEvent.All)
        {
            if ((what.IsFault && before.FaultsLeft == 0) || (what.IsOfManagement && !isManaged))
                continue;
            ModelState state = before;
            if (!what.Happen(ref state))
                continue;
            state.FaultsLeft -= (byte)(what.IsFault ? 1 : 0);
            Found(state, number, what.Name);
        }
    }

    /// <param name="delays">A bit each: the datagram to one, to the other, and what each sends to the other takes a tick.</param>
    private void Pass(in ModelState before, int number, int delays)
    {
        if (before.Phase != 0 && (delays & 3) != 0)
            return; // nothing is sent
        ModelState state = before;
        state.One.Age();
        state.Other.Age();
        if (isManaged)
        {
            Manage(ref state.One, state.Other, 0, state.IsManagementCut != 0);
            Manage(ref state.Other, state.One, 1, state.IsManagementCut != 0);
        }

        bool hear = state.IsCut == 0 && state.One.HasOutput && state.Other.HasOutput;
        ref ModelHost one = ref state.One, other = ref state.Other;
        one.HearUnderWay(1);
        (int ownOfOne, int sentByOne) = one.Turn(state.Phase == 0 ? delays & 1 : -1);
        other.HearUnderWay(0);
        other.Echo(0, hear ? sentByOne : 0, (delays & 4) != 0);
        (int ownOfOther, int sentByOther) = other.Turn(state.Phase == 0 ? (delays >> 1) & 1 : -1);
        one.Echo(1, hear ? sentByOther : 0, (delays & 8) != 0);
        Account(ref state, hear, (ownOfOne, sentByOne), (ownOfOther, sentByOther));
        state.Phase = (byte)((state.Phase + interval - 1) % interval);
        state.YieldPending -= (byte)(state.YieldPending > 0 ? 1 : 0);
        state.TakePending -= (byte)(state.TakePending > 0 ? 1 : 0);
        Found(state, number, Ticks[delays]);
    }

    private static void Manage(ref ModelHost host, in ModelHost other, int rank, bool isCut)
    {
        if (!host.Runs)
            return;
        bool reaches = other.Runs && !isCut;
        bool isFree = !reaches || (!other.Forwards && (rank == 0 || other.Orders.Withheld != 0));
        var orders = new TakeoverOrders
        {
            FreeUntil = isFree ? TakeoverMemory.Now + Lease : 0,
            SuspectUntil = !reaches && !host.Forwards ? TakeoverMemory.Now + Lease : 0,
            Withheld = host.HasInput && host.HasOutput ? 0 : 1,
        };
        if (orders == host.Orders)
            return;
        host.Orders = orders;
        host.Rule.Obey(TakeoverMemory.Now, orders);
    }

    private void Account(ref ModelState state, bool hear, (int Own, int Sent) one, (int Own, int Sent) other)
    {
        AccountNobody(ref state.One, one.Own, one.Sent > 0 || (hear && other.Sent > 0));
        AccountNobody(ref state.Other, other.Own, other.Sent > 0 || (hear && one.Sent > 0));
        if (!hear || !state.One.Forwards || !state.Other.Forwards || !state.One.HasInput || !state.Other.HasInput)
        {
            state.Double = state.BothSent = 0;
            return;
        }

        state.BothSent |= (byte)(Math.Sign(one.Sent) | (Math.Sign(other.Sent) << 1));
        if (state.BothSent == 3)
            state.Double++;
    }

    private void AccountNobody(ref ModelHost host, int own, bool isSent)
    {
        if (!host.Could || isSent)
            host.Nobody = 0;
        else if (interval == 1 || own > 0)
            host.Nobody++;
    }

    private sealed class Comparer : IEqualityComparer<Vector512<byte>>
    {
        public bool Equals(Vector512<byte> x, Vector512<byte> y) => x == y;

        public int GetHashCode(Vector512<byte> packed)
        {
            Vector512<ulong> words = packed.AsUInt64();
            ulong hash = 0;
            for (int i = 0; i < Vector512<ulong>.Count; i++)
                hash = ulong.RotateLeft((hash ^ words[i]) * 0x9E37_79B9_7F4A_7C15, 29);
            return (int)(hash >> 32) ^ (int)hash;
        }
    }
}

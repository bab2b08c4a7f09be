using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>Something that happens between two ticks of the model.</summary>
/// <param name="IsFault">Of which there are only so many.</param>
/// <param name="Happen">Does it; false: it cannot happen now.</param>
internal sealed record ModelEvent(string Name, bool IsFault, bool IsOfManagement, ModelEvent.Change Happen)
{
    /// <summary>How many ticks a message of a hand-over may be under way; then it is lost.</summary>
    private const int LongestOrder = 3;

    public static readonly ModelEvent[] All = [.. OfHost(0), .. OfHost(1), .. OfBoth()];

    internal delegate bool Change(ref ModelState state);

    private delegate bool HostChange(ref ModelHost host, ref ModelHost other);

    private static IEnumerable<ModelEvent> OfHost(int rank)
    {
        yield return Fault("killed", (ref ModelHost host, ref ModelHost _) => host.Runs && (host.IsDead = true));
        yield return Fault("frozen", (ref ModelHost host, ref ModelHost _) => host.Runs && (host.IsFrozen = true));
        yield return Fault("loses its output", (ref ModelHost host, ref ModelHost _) => host.HasOutput && !(host.HasOutput = false));
        yield return Fault("loses its input", (ref ModelHost host, ref ModelHost _) => host.HasInput && !(host.HasInput = false));
        yield return Repair("has its output again", (ref ModelHost host, ref ModelHost _) => !host.HasOutput && (host.HasOutput = true));
        yield return Repair("has its input again", (ref ModelHost host, ref ModelHost _) => !host.HasInput && (host.HasInput = true));
        yield return Repair("starts anew", (ref ModelHost host, ref ModelHost _) => host.IsDead && Forget(ref host, rank));
        yield return new ModelEvent($"{rank} goes on", false, false, (ref ModelState state) => Wake(ref state, rank));
        yield return new ModelEvent($"{rank} hands over", true, false, (ref ModelState state) => HandOver(ref state, rank));

        ModelEvent Fault(string name, HostChange change) => new($"{rank} {name}", true, false, (ref ModelState state) => On(ref state, change));
        ModelEvent Repair(string name, HostChange change) => new($"{rank} {name}", false, false, (ref ModelState state) => On(ref state, change));
        bool On(ref ModelState state, HostChange change) => rank == 0 ? change(ref state.One, ref state.Other) : change(ref state.Other, ref state.One);
    }

    private static IEnumerable<ModelEvent> OfBoth()
    {
        yield return new ModelEvent("segment cut", true, false, (ref ModelState state) => state.IsCut == 0 && (state.IsCut = 1) == 1);
        yield return new ModelEvent("segment healed", false, false, (ref ModelState state) => state.IsCut == 1 && (state.IsCut = 0) == 0);
        yield return new ModelEvent("management cut", true, true, (ref ModelState state) => state.IsManagementCut == 0 && (state.IsManagementCut = 1) == 1);
        yield return new ModelEvent("management healed", false, true, (ref ModelState state) => state.IsManagementCut == 1 && (state.IsManagementCut = 0) == 0);
        yield return new ModelEvent("yield comes", false, false, (ref ModelState state) => Come(ref state, ref state.YieldPending, TakeoverOrder.YieldTo, 1 - state.HandedTo));
        yield return new ModelEvent("take comes", false, false, (ref ModelState state) => Come(ref state, ref state.TakePending, TakeoverOrder.Take, state.HandedTo));
    }

    private static bool Forget(ref ModelHost host, int rank)
    {
        host.Forget(rank);
        return true;
    }

    private static bool Wake(ref ModelState state, int rank)
    {
        ref ModelHost host = ref rank == 0 ? ref state.One : ref state.Other, other = ref rank == 0 ? ref state.Other : ref state.One;
        if (host.Runs)
            return false;
        int sent = host.Wake(1 - rank);
        if (sent > 0)
            host.Nobody = 0;
        if (sent > 0 && state.IsCut == 0 && other.HasOutput)
        {
            other.Echo(rank, sent, later: true);
            other.Nobody = 0;
        }

        return true;
    }

    private static bool HandOver(ref ModelState state, int rank)
    {
        if (!(rank == 0 ? state.One : state.Other).Forwards || !(rank == 0 ? state.Other : state.One).Could || state.YieldPending + state.TakePending > 0)
            return false;
        (state.YieldPending, state.TakePending, state.HandedTo) = (LongestOrder, LongestOrder, (byte)(1 - rank));
        return true;
    }

    private static bool Come(ref ModelState state, ref byte pending, TakeoverOrder order, int to)
    {
        ref ModelHost host = ref to == 0 ? ref state.One : ref state.Other;
        if (pending == 0 || !host.Runs)
            return false;
        pending = 0;
        host.Obey(order, order == TakeoverOrder.YieldTo ? state.HandedTo : 0);
        return true;
    }
}

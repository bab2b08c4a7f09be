using System.Runtime.InteropServices;

namespace Mcr.Native.Redundancy;

/// <summary>What mcrd has a loop do with a redundant rule. All 0: stand by, and take over by what is heard. Times are those of the boot clock, in nanoseconds.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct TakeoverOrders
{
    public const int Words = 4;

    /// <summary>Not 0: it is not to forward, whatever is heard.</summary>
    public long Withheld;

    /// <summary>Until then mcrd knows of nobody else who forwards or goes first: it may take over although no echo was ever heard.</summary>
    public long FreeUntil;

    /// <summary>Until then mcrd cannot reach the one that forwards: one datagram that is not heard is enough.</summary>
    public long SuspectUntil;

    /// <summary>The number of an order, which is obeyed once, the rank it is about, and what it is: see <see cref="Make"/>.</summary>
    public long Order;

    public readonly long Number => Order >> 16;

    /// <summary>Whom a <see cref="TakeoverOrder.YieldTo"/> is for.</summary>
    public readonly int Rank => (int)(Order >> 8) & 0xFF;

    public readonly TakeoverOrder Kind => (TakeoverOrder)(Order & 0xFF);

    public static long Make(long number, TakeoverOrder kind, int rank = 0) => (number << 16) | ((long)(byte)rank << 8) | (byte)kind;
}

/// <summary>What is done once.</summary>
public enum TakeoverOrder
{
    None,

    /// <summary>Forward from now on, also when one that goes first is heard in the next moment.</summary>
    Take,

    /// <summary>Forward until the one with that rank is heard.</summary>
    YieldTo,

    /// <summary>Forward no more: another does, and neither hears the other.</summary>
    Yield,

    /// <summary>Forward no more: it is handed over.</summary>
    Release,
}

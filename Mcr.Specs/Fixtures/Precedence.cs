using Mcr.Native.Interop;

namespace Mcr.Specs.Fixtures;

/// <summary>For threads that send or record by the clock: what they are late by, or have no room for, would be taken for the relay's doing.</summary>
internal static class Precedence
{
    /// <summary>The calling thread goes before ordinary ones, where that is allowed.</summary>
    public static unsafe void Take()
    {
        var priority = new Libc.sched_param { sched_priority = 1 };
        _ = Libc.sched_setscheduler(0, Libc.SCHED_FIFO, &priority); // only better with it
    }
}

using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>The kernel's sending side, or memory in specs.</summary>
internal unsafe interface IDatagramSink
{
    /// <summary>sendmmsg(2): how many of the messages were taken, or a negative errno that belongs to the first.</summary>
    int Send(int descriptor, Libc.mmsghdr* messages, int count);

    /// <summary>Nanoseconds of CLOCK_MONOTONIC, for rate limits and pacing; never 0.</summary>
    long Now => System.Diagnostics.Stopwatch.GetTimestamp();
}

internal sealed unsafe class KernelSink : IDatagramSink
{
    public int Send(int descriptor, Libc.mmsghdr* messages, int count)
    {
        int sent = Libc.sendmmsg(descriptor, messages, (uint)count, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
        return sent >= 0 ? sent : -System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
    }
}

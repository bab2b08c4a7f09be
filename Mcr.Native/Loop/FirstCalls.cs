using Mcr.Native.Interop;

namespace Mcr.Native.Loop;

/// <summary>
/// Each system call of the loop once, on nothing, before it begins: the runtime looks a function up when it is first called, which takes time
/// and allocates.
/// </summary>
internal static unsafe class FirstCalls
{
    private const int NoDescriptor = -1;

    public static void Make()
    {
        Libc.timespec now = default;
        int error;
        int length = sizeof(int);
        _ = Libc.clock_gettime(Libc.CLOCK_BOOTTIME, &now);
        now = default;
        _ = Libc.poll(null, 0, 0);
        _ = Libc.nanosleep(&now, null);
        _ = Libc.read(NoDescriptor, &error, 0);
        _ = Libc.write(NoDescriptor, &error, 0);
        _ = Libc.recvmmsg(NoDescriptor, null, 0, Libc.MSG_DONTWAIT, null);
        _ = Libc.sendmmsg(NoDescriptor, null, 0, Libc.MSG_DONTWAIT);
        _ = Libc.ioctl(NoDescriptor, 0, null);
        _ = Libc.getsockopt(NoDescriptor, Libc.SOL_SOCKET, Libc.SO_ERROR, &error, &length);
    }
}

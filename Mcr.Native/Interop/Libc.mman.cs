using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Mcr.Native.Interop;

/// <summary>sys/mman.h, fcntl.h, sys/eventfd.h, poll.h</summary>
internal static unsafe partial class Libc
{
    public const int F_SETFL = 4;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const int F_ADD_SEALS = 1033;
    public const int F_GET_SEALS = 1034;
    public const int F_SEAL_SEAL = 1;
    public const int F_SEAL_SHRINK = 2;
    public const int F_SEAL_GROW = 4;
    public const int F_SEAL_WRITE = 8;
    public const int FALLOC_FL_KEEP_SIZE = 1;
    public const int FALLOC_FL_PUNCH_HOLE = 2;
    public const int MFD_CLOEXEC = 1;
    public const int MFD_ALLOW_SEALING = 2;
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int MAP_SHARED = 1;
    public const int EFD_CLOEXEC = 0x80000;
    public const int EFD_NONBLOCK = 0x800;
    public const int POLLIN = 1;
    public const int POLLOUT = 4;
    public const int POLLERR = 8;
    public const int POLLHUP = 16;

    [StructLayout(LayoutKind.Sequential)]
    public struct pollfd
    {
        public int fd;
        public short events;
        public short revents;
    }

    public static int eventfd(uint initial, int flags) => LibC.eventfd(initial, flags);

    public static int memfd_create(byte* name, uint flags) => LibC.memfd_create(name, flags);

    public static int ftruncate(int fd, long length) => LibC.ftruncate(fd, length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fallocate(int fd, int mode, long offset, long length);

    public static int munmap(void* address, nuint length) => LibC.munmap(address, (size_t)length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(int fd, void* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pwrite(int fd, void* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(pollfd* fds, ulong count, int timeoutMilliseconds);
}

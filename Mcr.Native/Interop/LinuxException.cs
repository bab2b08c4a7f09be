using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>A system call that failed: what was being done, errno's name and its text.</summary>
public sealed class LinuxException : IOException
{
    public LinuxException(string what, int errno)
        : base($"{what}: {Describe(errno)}")
    {
        Errno = errno;
        HResult = errno;
    }

    public int Errno { get; }

    /// <summary>Example: <c>EADDRNOTAVAIL (Cannot assign requested address)</c>.</summary>
    public static string Describe(int errno) => $"{Name(errno)} ({Marshal.GetPInvokeErrorMessage(errno)})";

    private static string Name(int errno) => errno switch
    {
        Libc.EPERM => "EPERM",
        Libc.ENOENT => "ENOENT",
        Libc.ESRCH => "ESRCH",
        Libc.EINTR => "EINTR",
        Libc.EIO => "EIO",
        Libc.ENXIO => "ENXIO",
        Libc.EBADF => "EBADF",
        Libc.EAGAIN => "EAGAIN",
        Libc.ENOMEM => "ENOMEM",
        Libc.EACCES => "EACCES",
        Libc.EBUSY => "EBUSY",
        Libc.EEXIST => "EEXIST",
        Libc.ENODEV => "ENODEV",
        Libc.EINVAL => "EINVAL",
        Libc.EMFILE => "EMFILE",
        Libc.ENOSPC => "ENOSPC",
        Libc.EPIPE => "EPIPE",
        Libc.ENOSYS => "ENOSYS",
        Libc.EMSGSIZE => "EMSGSIZE",
        Libc.EADDRINUSE => "EADDRINUSE",
        Libc.EADDRNOTAVAIL => "EADDRNOTAVAIL",
        Libc.ENETDOWN => "ENETDOWN",
        Libc.ENETUNREACH => "ENETUNREACH",
        Libc.ECONNRESET => "ECONNRESET",
        Libc.ENOBUFS => "ENOBUFS",
        Libc.ECONNREFUSED => "ECONNREFUSED",
        Libc.EHOSTUNREACH => "EHOSTUNREACH",
        _ => $"errno {errno}",
    };
}

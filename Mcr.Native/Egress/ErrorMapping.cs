using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>What an errno of a send means for the datagram. Pure.</summary>
internal static class ErrorMapping
{
    public static EgressError ReasonOf(int errno) => errno switch
    {
        Libc.EAGAIN or Libc.ENOBUFS => EgressError.Full,
        Libc.ENETDOWN or Libc.ENXIO or Libc.ENODEV => EgressError.Down,
        Libc.EHOSTUNREACH or Libc.ENETUNREACH or Libc.EHOSTDOWN or Libc.ECONNREFUSED or Libc.ENOPROTOOPT => EgressError.Unreachable,
        Libc.EPERM or Libc.EACCES => EgressError.Refused,
        Libc.EMSGSIZE => EgressError.TooLong,
        _ => EgressError.Other,
    };

    /// <summary>
    /// EIO: a device without checksum offload before Linux 6.11. EINVAL and EMSGSIZE: segments longer than the MTU of the route, or more
    /// of them than this kernel takes. As single datagrams they may leave all the same.
    /// </summary>
    public static bool IsAboutSegmentation(int errno) => errno is Libc.EINVAL or Libc.EIO or Libc.EMSGSIZE;
}

using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>
/// ifaddrs.h, net/if.h. They answer for the caller's network namespace; /sys/class/net answers for the namespace it was mounted in.
/// </summary>
internal static unsafe partial class Libc
{
    [StructLayout(LayoutKind.Sequential)]
    public struct ifaddrs
    {
        public ifaddrs* ifa_next;
        public byte* ifa_name;
        public uint ifa_flags;
        public void* ifa_addr;
        public void* ifa_netmask;
        public void* ifa_ifu;
        public void* ifa_data;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getifaddrs(ifaddrs** list);

    [LibraryImport("libc")]
    public static partial void freeifaddrs(ifaddrs* list);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint if_nametoindex(string name);
}

using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>linux/ethtool.h, linux/sockios.h, net/if.h, sys/ioctl.h. Structs without their last member, an array as long as it is said to be.</summary>
internal static unsafe partial class Libc
{
    public const int SIOCGSTAMPNS = 0x8907;
    public const int SIOCETHTOOL = 0x8946;
    public const int ETHTOOL_GSTRINGS = 0x1B;
    public const int ETHTOOL_GSSET_INFO = 0x37;
    public const int ETHTOOL_GFEATURES = 0x3A;
    public const int ETHTOOL_SFEATURES = 0x3B;
    public const int ETH_SS_FEATURES = 4;
    public const int ETH_GSTRING_LEN = 32;

    [StructLayout(LayoutKind.Explicit, Size = 40)]
    public struct ifreq
    {
        [FieldOffset(0)] public fixed byte ifr_name[IFNAMSIZ];
        [FieldOffset(16)] public void* ifr_data;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ethtool_sset_info
    {
        public uint cmd;
        public uint reserved;
        public ulong sset_mask;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ethtool_gstrings
    {
        public uint cmd;
        public uint string_set;
        public uint len;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ethtool_gfeatures
    {
        public uint cmd;
        public uint size;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ethtool_get_features_block
    {
        public uint available;
        public uint requested;
        public uint active;
        public uint never_changed;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ethtool_sfeatures
    {
        public uint cmd;
        public uint size;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ethtool_set_features_block
    {
        public uint valid;
        public uint requested;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, void* argument);
}

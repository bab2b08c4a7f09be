using System.Text;
using Mcr.Native.Interop;

namespace Mcr.Native.Kernel;

/// <summary>Offloads of a network device by name, as <c>ethtool -k</c> shows them (SIOCETHTOOL). Names are the kernel's: <c>rx-gro</c>, not generic-receive-offload.</summary>
internal static unsafe class DeviceFeatures
{
    private const int FeaturesPerBlock = 32;

    /// <summary>Of one feature: whether it is on, and whether somebody with the right to may change it.</summary>
    public readonly record struct State(bool IsOn, bool CanChange);

    /// <returns>null when this kernel knows no feature of that name.</returns>
    /// <exception cref="LinuxException">there is no such device.</exception>
    public static State? Read(string device, string feature)
    {
        using FileDescriptor socket = Open();
        string[] names = Names(socket, device);
        int bit = Array.IndexOf(names, feature);
        if (bit < 0)
            return null;
        byte[] request = new byte[sizeof(Libc.ethtool_gfeatures) + (Blocks(names) * sizeof(Libc.ethtool_get_features_block))];
        fixed (byte* bytes = request)
        {
            *(Libc.ethtool_gfeatures*)bytes = new Libc.ethtool_gfeatures { cmd = Libc.ETHTOOL_GFEATURES, size = (uint)Blocks(names) };
            Ask(socket, device, bytes).OrThrow($"features of {device}");
            Libc.ethtool_get_features_block block = ((Libc.ethtool_get_features_block*)(bytes + sizeof(Libc.ethtool_gfeatures)))[bit / FeaturesPerBlock];
            uint mask = 1u << (bit % FeaturesPerBlock);
            return new State((block.active & mask) != 0, (block.available & mask) != 0);
        }
    }

    /// <summary>Without the right to: EPERM. A device that cannot says nothing: read again.</summary>
    public static SysResult TrySet(string device, string feature, bool on)
    {
        using FileDescriptor socket = Open();
        string[] names = Names(socket, device);
        int bit = Array.IndexOf(names, feature);
        byte[] request = new byte[sizeof(Libc.ethtool_sfeatures) + (Blocks(names) * sizeof(Libc.ethtool_set_features_block))];
        fixed (byte* bytes = request)
        {
            *(Libc.ethtool_sfeatures*)bytes = new Libc.ethtool_sfeatures { cmd = Libc.ETHTOOL_SFEATURES, size = (uint)Blocks(names) };
            uint mask = 1u << (bit % FeaturesPerBlock);
            ((Libc.ethtool_set_features_block*)(bytes + sizeof(Libc.ethtool_sfeatures)))[bit / FeaturesPerBlock] = new Libc.ethtool_set_features_block { valid = mask, requested = on ? mask : 0 };
            return Ask(socket, device, bytes);
        }
    }

    /// <summary>All names, in the order of their bits; they differ from kernel to kernel.</summary>
    private static string[] Names(FileDescriptor socket, string device)
    {
        byte* asked = stackalloc byte[sizeof(Libc.ethtool_sset_info) + sizeof(uint)];
        *(Libc.ethtool_sset_info*)asked = new Libc.ethtool_sset_info { cmd = Libc.ETHTOOL_GSSET_INFO, sset_mask = 1UL << Libc.ETH_SS_FEATURES };
        Ask(socket, device, asked).OrThrow($"features of {device}");
        int count = (int)*(uint*)(asked + sizeof(Libc.ethtool_sset_info));
        byte[] answer = new byte[sizeof(Libc.ethtool_gstrings) + (count * Libc.ETH_GSTRING_LEN)];
        fixed (byte* bytes = answer)
        {
            *(Libc.ethtool_gstrings*)bytes = new Libc.ethtool_gstrings { cmd = Libc.ETHTOOL_GSTRINGS, string_set = Libc.ETH_SS_FEATURES, len = (uint)count };
            Ask(socket, device, bytes).OrThrow($"names of the features of {device}");
        }

        return [.. Enumerable.Range(0, count).Select(i => Encoding.ASCII.GetString(answer, sizeof(Libc.ethtool_gstrings) + (i * Libc.ETH_GSTRING_LEN), Libc.ETH_GSTRING_LEN).TrimEnd('\0'))];
    }

    private static int Blocks(string[] names) => (names.Length + FeaturesPerBlock - 1) / FeaturesPerBlock;

    private static FileDescriptor Open() => SocketOptions.Open(Libc.AF_INET, Libc.SOCK_DGRAM, 0, "socket for device features");

    private static SysResult Ask(FileDescriptor socket, string device, void* data)
    {
        var request = new Libc.ifreq { ifr_data = data };
        Encoding.UTF8.GetBytes(device, new Span<byte>(request.ifr_name, Libc.IFNAMSIZ - 1));
        return SysResult.From(Libc.ioctl(socket.Raw, Libc.SIOCETHTOOL, &request));
    }
}

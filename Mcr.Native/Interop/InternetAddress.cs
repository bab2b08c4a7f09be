using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>struct sockaddr_in or struct sockaddr_in6, as the kernel reads it: a pointer to this and <see cref="Length"/> are what it wants.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct InternetAddress
{
    [FieldOffset(0)]
    private Libc.sockaddr_in _v4;

    [FieldOffset(0)]
    private Libc.sockaddr_in6 _v6;

    /// <summary>AF_INET or AF_INET6.</summary>
    public readonly int Family => _v4.sin_family;

    public readonly int Length => Family == Libc.AF_INET6 ? sizeof(Libc.sockaddr_in6) : sizeof(Libc.sockaddr_in);

    /// <param name="device">
    /// Index of the device that the address is meant on. Link-local IPv6 addresses, groups among them, are ambiguous without
    /// it: those get it as their scope, other addresses ignore it.
    /// </param>
    public static InternetAddress Of(IPAddress address, ushort port, int device = 0)
    {
        var result = default(InternetAddress);
        ushort networkPort = BinaryPrimitives.ReverseEndianness(port);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            result._v6 = new Libc.sockaddr_in6 { sin6_family = Libc.AF_INET6, sin6_port = networkPort, sin6_scope_id = IsLocal(address) ? (uint)device : 0 };
            address.TryWriteBytes(new Span<byte>(result._v6.sin6_addr.s6_addr, 16), out _);
            return result;
        }

        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        result._v4 = new Libc.sockaddr_in { sin_family = Libc.AF_INET, sin_port = networkPort, sin_addr = BitConverter.ToUInt32(bytes) };
        return result;
    }

    /// <summary>To another place of a range that begins here.</summary>
    /// <param name="hostPart">Bits that this address has not.</param>
    public void Advance(UInt128 hostPart, ushort ports)
    {
        _v4.sin_port = BinaryPrimitives.ReverseEndianness((ushort)(BinaryPrimitives.ReverseEndianness(_v4.sin_port) + ports)); // where IPv6 has it, too
        if (Family == Libc.AF_INET)
        {
            _v4.sin_addr |= BinaryPrimitives.ReverseEndianness((uint)hostPart);
            return;
        }

        fixed (byte* bytes = _v6.sin6_addr.s6_addr)
            *(UInt128*)bytes |= BinaryPrimitives.ReverseEndianness(hostPart);
    }

    public static int FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? Libc.AF_INET6 : Libc.AF_INET;

    /// <summary>IPPROTO_IP or IPPROTO_IPV6, the level of this family's socket options.</summary>
    public static int LevelOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? Libc.IPPROTO_IPV6 : Libc.IPPROTO_IP;

    /// <summary>fe80::/10, and groups that stay on the host or the link (ffx1:: and ffx2::).</summary>
    private static bool IsLocal(IPAddress address) =>
        address.IsIPv6LinkLocal || (address.IsIPv6Multicast && (address.GetAddressBytes()[1] & 0xF) is 1 or 2);
}

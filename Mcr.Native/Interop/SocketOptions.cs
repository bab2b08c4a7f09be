using System.Buffers.Binary;

namespace Mcr.Native.Interop;

/// <summary>Small helpers over socket(2) and setsockopt(2) for set-up code.</summary>
internal static unsafe class SocketOptions
{
    /// <exception cref="LinuxException">no right (EPERM) or no descriptor left (EMFILE).</exception>
    public static FileDescriptor Open(int domain, int type, int protocol, string what) =>
        new(SysResult.From(Libc.socket(domain, type | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, protocol)).OrThrow(what));

    public static SysResult TrySet(FileDescriptor socket, int level, int option, int value) =>
        SysResult.From(Libc.setsockopt(socket.Raw, level, option, &value, sizeof(int)));

    public static void Set(FileDescriptor socket, int level, int option, int value, string what) => TrySet(socket, level, option, value).OrThrow(what);

    public static int Get(FileDescriptor socket, int level, int option)
    {
        int value = 0;
        int length = sizeof(int);
        SysResult.From(Libc.getsockopt(socket.Raw, level, option, &value, &length)).OrThrow("getsockopt");
        return value;
    }

    /// <summary>
    /// Sets a buffer's size past net.core.[rw]mem_max when we may (CAP_NET_ADMIN in the first user namespace), else up to it.
    /// </summary>
    /// <returns>Bytes of payload and overhead that the kernel granted (it reports twice what it was asked for).</returns>
    public static int SetBuffer(FileDescriptor socket, int force, int ordinary, int bytes)
    {
        if (!TrySet(socket, Libc.SOL_SOCKET, force, bytes).IsSuccess)
            Set(socket, Libc.SOL_SOCKET, ordinary, bytes, "socket buffer size");
        return Get(socket, Libc.SOL_SOCKET, ordinary) / 2;
    }

    public static void BindToDevice(FileDescriptor socket, string device)
    {
        Span<byte> name = stackalloc byte[Libc.IFNAMSIZ];
        name.Clear();
        System.Text.Encoding.UTF8.GetBytes(device, name[..^1]);
        fixed (byte* bytes = name)
            SysResult.From(Libc.setsockopt(socket.Raw, Libc.SOL_SOCKET, Libc.SO_BINDTODEVICE, bytes, Libc.IFNAMSIZ)).OrThrow($"bind to {device}");
    }

    /// <summary>A packet socket (packet(7)) to one device, and to frames of one protocol, such as ETH_P_ALL; 0: it sends only.</summary>
    public static void BindToLink(FileDescriptor socket, int interfaceIndex, int protocol, string what)
    {
        var address = new Libc.sockaddr_ll
        {
            sll_family = Libc.AF_PACKET,
            sll_protocol = BinaryPrimitives.ReverseEndianness((ushort)protocol),
            sll_ifindex = interfaceIndex,
        };
        SysResult.From(Libc.bind(socket.Raw, &address, sizeof(Libc.sockaddr_ll))).OrThrow(what);
    }

    public static SysResult TryBind(FileDescriptor socket, InternetAddress address) =>
        SysResult.From(Libc.bind(socket.Raw, &address, address.Length));

    public static SysResult TryConnect(FileDescriptor socket, InternetAddress address) =>
        SysResult.From(Libc.connect(socket.Raw, &address, address.Length));
}

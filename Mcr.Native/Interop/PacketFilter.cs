namespace Mcr.Native.Interop;

/// <summary>Classic BPF programs for our sockets (linux/filter.h); the kernel runs them before it queues a frame.</summary>
internal static unsafe class PacketFilter
{
    private const uint AcceptWhole = 0x40000; // the longest snap length that means "all of it"

    /// <summary>IPv4 UDP behind an Ethernet header. A VLAN tag is taken off before this runs and is seen in the auxiliary data.</summary>
    public static void AttachIpv4Udp(FileDescriptor socket) => Attach(socket,
    [
        Statement(Libc.BPF_LD | Libc.BPF_H | Libc.BPF_ABS, 12), // EtherType
        Jump(Libc.ETH_P_IP, 0, 3),
        Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, 14 + 9), // IPv4 protocol
        Jump(Libc.IPPROTO_UDP, 0, 1),
        Statement(Libc.BPF_RET | Libc.BPF_K, AcceptWhole),
        Statement(Libc.BPF_RET | Libc.BPF_K, 0),
    ]);

    /// <summary>Nothing: for sockets that only have to exist.</summary>
    public static void AttachRefuseAll(FileDescriptor socket) => Attach(socket, [Statement(Libc.BPF_RET | Libc.BPF_K, 0)]);

    private static void Attach(FileDescriptor socket, Libc.sock_filter[] program)
    {
        fixed (Libc.sock_filter* filter = program)
        {
            var fprog = new Libc.sock_fprog { len = (ushort)program.Length, filter = filter };
            SysResult.From(Libc.setsockopt(socket.Raw, Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, &fprog, sizeof(Libc.sock_fprog))).OrThrow("SO_ATTACH_FILTER");
        }
    }

    private static Libc.sock_filter Statement(int code, uint k) => new() { code = (ushort)code, k = k };

    private static Libc.sock_filter Jump(uint equals, byte then, byte otherwise) =>
        new() { code = Libc.BPF_JMP | Libc.BPF_JEQ | Libc.BPF_K, jt = then, jf = otherwise, k = equals };
}

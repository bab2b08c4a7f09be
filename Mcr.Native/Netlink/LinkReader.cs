using System.Buffers;
using System.Buffers.Binary;
using Mcr.Native.Interop;

namespace Mcr.Native.Netlink;

/// <summary>Asks the kernel for all links and addresses of the calling thread's network namespace (rtnetlink(7)).</summary>
public static unsafe class LinkReader
{
    private const int BufferSize = 64 * 1024; // a dump answers in datagrams of at most 32 KiB (NLMSG_GOODSIZE)
    private const int MaxAttempts = 5;

    /// <exception cref="LinuxException">the kernel refused; EAGAIN when the devices change so fast that no list of them is true.</exception>
    public static LinkTable Read()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize); // a link that flaps has us come often
        try
        {
            return Read(buffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static LinkTable Read(byte[] buffer)
    {
        using var socket = new FileDescriptor(SysResult.From(
            Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, Libc.NETLINK_ROUTE)).OrThrow("socket(NETLINK_ROUTE)"));
        NetlinkParser parser;
        int attempt = 0;
        do
        {
            parser = new NetlinkParser();
            Dump(socket, Libc.RTM_GETLINK, parser, buffer);
            Dump(socket, Libc.RTM_GETADDR, parser, buffer);
        }
        while (parser.Interrupted && ++attempt < MaxAttempts);
        if (parser.Interrupted)
            throw new LinuxException("rtnetlink dump: the devices change faster than they can be listed", Libc.EAGAIN);
        return new LinkTable(parser.Links);
    }

    private static void Dump(FileDescriptor socket, ushort type, NetlinkParser parser, byte[] buffer)
    {
        Span<byte> request = stackalloc byte[20]; // nlmsghdr and a struct rtgenmsg (AF_UNSPEC), padded
        request.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(request, (uint)request.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], Libc.NLM_F_REQUEST | Libc.NLM_F_DUMP);
        fixed (byte* bytes = request)
            SysResult.From(Libc.write(socket.Raw, bytes, request.Length)).OrThrow("rtnetlink dump request");

        fixed (byte* bytes = buffer)
        {
            bool done = false;
            while (!done)
            {
                SysResult read = SysResult.From(Libc.read(socket.Raw, bytes, buffer.Length));
                if (read.Is(Libc.EINTR))
                    continue;
                done = parser.Take(buffer.AsSpan(0, read.OrThrow("rtnetlink dump")));
            }
        }

        if (parser.Error != 0)
            throw new LinuxException("rtnetlink dump", parser.Error);
    }
}

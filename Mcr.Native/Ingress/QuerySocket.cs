using Mcr.Native.Interop;
using Mcr.Native.Netlink;

namespace Mcr.Native.Ingress;

/// <summary>
/// Hears the membership queries on one device, and nothing else: also those that this host sends itself, as a bridge or a router, since a querier is a querier.
/// Read by whoever owns it, never by a worker; what nobody reads is dropped by the kernel.
/// </summary>
public sealed unsafe class QuerySocket : IDisposable
{
    /// <summary>Messages a call: there is one in two minutes, and who floods does not keep the caller.</summary>
    private const int Most = 64;

    /// <summary>A general query is at most 60 + 12 bytes, and in IPv6 76.</summary>
    private const int Room = 128;

    private readonly FileDescriptor _socket;

    private QuerySocket(FileDescriptor socket) => _socket = socket;

    /// <exception cref="LinuxException">EPERM without CAP_NET_RAW, ENODEV when the device is gone, EMFILE.</exception>
    public static QuerySocket Open(Link link)
    {
        FileDescriptor socket = SocketOptions.Open(Libc.AF_PACKET, Libc.SOCK_DGRAM, 0, $"query socket on {link.Name}"); // protocol 0: deaf until it is bound
        try
        {
            PacketFilter.AttachQueries(socket);
            SocketOptions.BindToLink(socket, link.Index, Libc.ETH_P_ALL, $"bind the query socket to {link.Name}"); // any other protocol would not see what this host sends
            return new QuerySocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Those that have come since the last call; does not wait.</summary>
    public IReadOnlyList<MembershipQuery> Take()
    {
        List<MembershipQuery>? queries = null;
        byte* room = stackalloc byte[Room];
        for (int i = 0; i < Most; i++)
        {
            SysResult read = SysResult.From(Libc.read(_socket.Raw, room, Room));
            if (read.Is(Libc.EAGAIN))
                break;
            if (read.IsSuccess && MembershipQuery.TryParse(new ReadOnlySpan<byte>(room, read.Value)) is { } query)
                (queries ??= []).Add(query);
        }

        return queries ?? (IReadOnlyList<MembershipQuery>)[];
    }

    public void Dispose() => _socket.Dispose();
}

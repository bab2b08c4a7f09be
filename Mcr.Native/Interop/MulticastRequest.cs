using System.Net;

namespace Mcr.Native.Interop;

/// <summary>The MCAST_* socket options (RFC 3678), the same for both families.</summary>
internal static unsafe class MulticastRequest
{
    /// <param name="source">The one sender to hear; null for any.</param>
    public static SysResult Join(FileDescriptor socket, int device, IPAddress group, IPAddress? source) =>
        Request(socket, device, group, source, Libc.MCAST_JOIN_GROUP, Libc.MCAST_JOIN_SOURCE_GROUP);

    public static SysResult Leave(FileDescriptor socket, int device, IPAddress group, IPAddress? source) =>
        Request(socket, device, group, source, Libc.MCAST_LEAVE_GROUP, Libc.MCAST_LEAVE_SOURCE_GROUP);

    private static SysResult Request(FileDescriptor socket, int device, IPAddress group, IPAddress? source, int any, int specific)
    {
        int level = InternetAddress.LevelOf(group);
        if (source is null)
        {
            var request = new Libc.group_req { gr_interface = (uint)device };
            *(InternetAddress*)&request.gr_group = InternetAddress.Of(group, 0);
            return SysResult.From(Libc.setsockopt(socket.Raw, level, any, &request, sizeof(Libc.group_req)));
        }

        var one = new Libc.group_source_req { gsr_interface = (uint)device };
        *(InternetAddress*)&one.gsr_group = InternetAddress.Of(group, 0);
        *(InternetAddress*)&one.gsr_source = InternetAddress.Of(source, 0);
        return SysResult.From(Libc.setsockopt(socket.Raw, level, specific, &one, sizeof(Libc.group_source_req)));
    }
}

using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>Who connected to a Unix socket, as it was then (unix(7)).</summary>
/// <param name="Groups">With the main one.</param>
internal readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid, uint[] Groups)
{
    /// <summary>NGROUPS_MAX (linux/limits.h).</summary>
    private const int MaxGroups = 65536;

    /// <exception cref="LinuxException">it is no connected Unix socket.</exception>
    public static unsafe PeerCredentials Of(SafeHandle socket)
    {
        bool added = false;
        socket.DangerousAddRef(ref added);
        try
        {
            int fd = (int)socket.DangerousGetHandle();
            Libc.ucred peer;
            int length = sizeof(Libc.ucred);
            SysResult.From(Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &peer, &length)).OrThrow("SO_PEERCRED");
            return new PeerCredentials(peer.pid, peer.uid, peer.gid, [peer.gid, .. Others(fd)]);
        }
        finally
        {
            socket.DangerousRelease();
        }
    }

    private static unsafe uint[] Others(int fd)
    {
        uint[] groups = new uint[64];
        while (true)
        {
            int length = groups.Length * sizeof(uint);
            SysResult result;
            fixed (uint* room = groups)
                result = SysResult.From(Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_PEERGROUPS, room, &length));
            if (result.IsSuccess)
                return groups[..(length / sizeof(uint))];
            if (!result.Is(Libc.ERANGE) || groups.Length >= MaxGroups)
                result.OrThrow("SO_PEERGROUPS");
            groups = new uint[MaxGroups];
        }
    }
}

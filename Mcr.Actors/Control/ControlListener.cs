using System.Net.Sockets;
using System.Text;
using Mcr.Native.Interop;
using Microsoft.Win32.SafeHandles;

namespace Mcr.Actors.Control;

/// <summary>Makes the listening socket: its directory, its name, its owner and mode, and what to do about one that is there.</summary>
internal static class ControlListener
{
    /// <summary>sockaddr_un's room for a path with its terminating zero, less that (unix(7)).</summary>
    public const int MaxPathBytes = 107;

    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerAndGroup = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const UnixFileMode Everybody = OwnerAndGroup | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Checks the path and makes its directory; before the lock, which lives there.</summary>
    /// <returns>The path from the root on.</returns>
    /// <exception cref="ControlSocketException">that cannot be.</exception>
    public static string Prepare(string path)
    {
        if (path.Length == 0 || path.Contains('\0') || path.EndsWith('/'))
            throw Cannot($"'{path.Replace('\0', '?')}' cannot be the path of the control socket; give one such as {ControlProtocol.DefaultSocketPath}");
        path = Path.GetFullPath(path);
        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
            throw Cannot($"the path {path} is too long for a Unix socket: {Encoding.UTF8.GetByteCount(path)} bytes of at most {MaxPathBytes}; choose a shorter one");
        string directory = Path.GetDirectoryName(path)!;
        try
        {
            if (!Directory.Exists(directory))
            {
                Directory.CreateDirectory(directory, DirectoryMode);
                File.SetUnixFileMode(directory, DirectoryMode); // whatever the umask
            }

            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Cannot($"the directory {directory} of the control socket cannot be made: {e.Message} Run mcrd as root, or choose another place with --control-socket-path", e);
        }
    }

    /// <summary>With the lock held: whatever socket is there is of nobody who is alive.</summary>
    /// <exception cref="ControlSocketException">the name is taken by something else, or a right or the group is missing.</exception>
    /// <param name="isForAll">Anybody may connect, and is judged then.</param>
    /// <param name="status">Of the socket's file.</param>
    public static Socket Listen(string path, string group, bool isForAll, int backlog, out UnixFile.Status status)
    {
        uint? groupId = group.Length == 0 ? null : UnixGroups.Find(group);
        RemoveStale(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // bind makes the file with the mode of the socket itself, so that at no moment anybody else may connect.
            // The umask can only narrow it, and applies to the whole process: it is left alone.
            using (var handle = new SafeFileHandle(socket.Handle, ownsHandle: false))
                File.SetUnixFileMode(handle, OwnerOnly);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (groupId is { } id)
                UnixFile.TryChangeGroup(path, id).OrThrow($"giving it to the group '{group}' (be root, or in that group)");
            UnixFile.TryStatus(path, out status).OrThrow("looking at it");
            File.SetUnixFileMode(path, isForAll ? Everybody : OwnerAndGroup);
            socket.Listen(backlog);
            return socket;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            socket.Dispose();
            throw Cannot($"the control socket {path} cannot be made: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void RemoveStale(string path)
    {
        SysResult found = UnixFile.TryStatus(path, out UnixFile.Status status);
        if (found.Is(Libc.ENOENT))
            return;
        if (!found.IsSuccess)
            throw Cannot($"the control socket {path} cannot be looked at: {LinuxException.Describe(found.Errno)}");
        if (!status.IsSocket)
            throw Cannot($"{path} is there and is not a socket; move it away, or choose another place with --control-socket-path");
        if (IsAnswered(path))
            throw new ControlSocketException(ControlSocketProblem.InUse, $"something is listening on {path} without mcrd's lock beside it; stop it, or choose another place with --control-socket-path");
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Cannot($"the control socket {path} of an mcrd that is gone cannot be removed: {e.Message}", e);
        }
    }

    /// <summary>The lock says that it is not, unless somebody deleted the lock file under a living mcrd.</summary>
    private static bool IsAnswered(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress;
        }
    }

    private static ControlSocketException Cannot(string sentence, Exception? inner = null) => new(ControlSocketProblem.CannotCreate, sentence, inner);
}

using Mcr.Native.Interop;

namespace Mcr.Actors.Control;

/// <summary>
/// The lock file next to a control socket. Whoever has it owns the socket's name: the kernel releases it when its process
/// dies, however it dies, which tells the socket of a dead mcrd from that of a living one.
/// </summary>
internal sealed class ControlLock : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;

    private ControlLock(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <exception cref="ControlSocketException">another process has it, or the file cannot be made.</exception>
    public static ControlLock Take(string socketPath)
    {
        string path = socketPath + ".lock";
        while (true)
        {
            FileStream file = Open(path, socketPath);

            // Its last owner may have removed the name between our open and our lock: then this file locks nothing.
            if (UnixFile.TryStatus(file.SafeFileHandle, out UnixFile.Status mine).IsSuccess
                && UnixFile.TryStatus(path, out UnixFile.Status named).IsSuccess
                && (mine.Device, mine.Inode) == (named.Device, named.Inode))
            {
                return new ControlLock(path, file);
            }

            file.Dispose();
        }
    }

    /// <summary>The name goes first, while the lock is still held.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A lock file left behind locks nothing once it is closed.
        }

        _file.Dispose();
    }

    private static FileStream Open(string path, string socketPath)
    {
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB).
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException e) when (e.HResult == Libc.EAGAIN)
        {
            throw new ControlSocketException(
                ControlSocketProblem.InUse,
                $"the control socket {socketPath} belongs to an mcrd that is running; stop it, or give this one another with --control-socket-path",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlSocketException(
                ControlSocketProblem.CannotCreate,
                $"the lock file {path} of the control socket cannot be made: {e.Message} Run mcrd as root, or choose a directory it may write to with --control-socket-path",
                e);
        }
    }
}

using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>What .NET's file API leaves out: owners, kinds and inodes of files.</summary>
internal static unsafe class UnixFile
{
    /// <param name="IsSocket">S_ISSOCK.</param>
    /// <param name="Device">With <paramref name="Inode"/>: which file it is, whatever its name.</param>
    public readonly record struct Status(bool IsSocket, uint UserId, uint GroupId, UnixFileMode Mode, ulong Device, ulong Inode);

    /// <summary>Gives the file another group and leaves its owner.</summary>
    public static SysResult TryChangeGroup(string path, uint groupId) => SysResult.From(Libc.chown(path, uint.MaxValue, groupId));

    /// <summary>Of an open file, whatever has its name by now.</summary>
    public static SysResult TryChangeGroup(SafeHandle file, uint groupId)
    {
        bool added = false;
        file.DangerousAddRef(ref added);
        try
        {
            return SysResult.From(Libc.fchown((int)file.DangerousGetHandle(), uint.MaxValue, groupId));
        }
        finally
        {
            file.DangerousRelease();
        }
    }

    public static SysResult TryChangeOwner(string path, uint userId, uint groupId) => SysResult.From(Libc.chown(path, userId, groupId));

    /// <summary>Of the name itself when it is a symbolic link.</summary>
    public static SysResult TryStatus(string path, out Status status) => TryStatus(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, out status);

    /// <summary>Of what the name leads to.</summary>
    public static SysResult TryTargetStatus(string path, out Status status) => TryStatus(Libc.AT_FDCWD, path, 0, out status);

    /// <summary>Of an open file.</summary>
    public static SysResult TryStatus(SafeHandle file, out Status status)
    {
        bool added = false;
        file.DangerousAddRef(ref added);
        try
        {
            return TryStatus((int)file.DangerousGetHandle(), "", Libc.AT_EMPTY_PATH, out status);
        }
        finally
        {
            file.DangerousRelease();
        }
    }

    /// <summary>The names in a directory, as they are now, are on disk when this returns (fsync(2)).</summary>
    public static SysResult TrySyncDirectory(string path)
    {
        var opened = SysResult.From(Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC));
        if (!opened.IsSuccess)
            return opened;
        using var directory = new FileDescriptor(opened.Value);
        return SysResult.From(Libc.fsync(directory.Raw));
    }

    private static SysResult TryStatus(int directory, string path, int flags, out Status status)
    {
        Libc.statx_t buffer;
        var result = SysResult.From(Libc.statx(directory, path, flags, Libc.STATX_BASIC_STATS, &buffer));
        status = result.IsSuccess
            ? new Status((buffer.stx_mode & Libc.S_IFMT) == Libc.S_IFSOCK, buffer.stx_uid, buffer.stx_gid, (UnixFileMode)(buffer.stx_mode & ~Libc.S_IFMT), ((ulong)buffer.stx_dev_major << 32) | buffer.stx_dev_minor, buffer.stx_ino)
            : default;
        return result;
    }
}

namespace Mcr.Native.Interop;

/// <summary>
/// A small file that is there as a whole, old or new, whatever ends the program or the machine: written beside it, brought to disk, and given its
/// name. Readable by its owner only, and so is its directory, which is made.
/// </summary>
internal static class DurableFile
{
    /// <summary>After the name of a file that is being written.</summary>
    public const string Unfinished = ".new";

    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="IOException">it could not be written; what was there before is there still.</exception>
    /// <exception cref="UnauthorizedAccessException">likewise.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
            Directory.CreateDirectory(directory, OwnFile | UnixFileMode.UserExecute);
        string unfinished = path + Unfinished;
        try
        {
            using (var stream = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = OwnFile }))
            {
                File.SetUnixFileMode(stream.SafeFileHandle, OwnFile); // whatever one had that was left there
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            TryDelete(unfinished); // on a full disk it would take what others need
            throw;
        }

        Sync(directory);
    }

    /// <summary>With the owner, group and mode that the file has; a new one is as the process makes files. Its directory is there.</summary>
    /// <inheritdoc cref="Write"/>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string unfinished = path + Unfinished;
        try
        {
            using (var stream = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 }))
            {
                if (UnixFile.TryStatus(path, out UnixFile.Status old).IsSuccess)
                {
                    UnixFile.TryChangeOwner(unfinished, old.UserId, old.GroupId); // not ours to give: then it is ours
                    File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(path));
                }

                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            TryDelete(unfinished);
            throw;
        }

        Sync(Path.GetDirectoryName(path)!);
    }

    /// <inheritdoc cref="Write"/>
    public static void Delete(string path)
    {
        if (!File.Exists(path))
            return;
        File.Delete(path);
        Sync(Path.GetDirectoryName(path)!);
    }

    private static void Sync(string directory)
    {
        SysResult result = UnixFile.TrySyncDirectory(directory);
        if (!result.Is(Libc.EINVAL)) // a file system that has no such thing
            result.OrThrow($"fsync of {directory}");
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next write takes it over.
        }
    }
}

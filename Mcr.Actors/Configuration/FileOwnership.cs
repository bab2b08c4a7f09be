using Mcr.Native.Interop;
using Mcr.Native.Privileges;

namespace Mcr.Actors.Configuration;

/// <summary>
/// Whether somebody else than root and mcrd's own user could have written a file. What decides which code runs with mcrd's rights, or gets its sockets, is taken
/// from no other: members of a group may well be allowed to change rules, and are not to become root by it. mcrd's own user is as good as root here, as
/// CAP_SETUID makes it that.
/// </summary>
internal static class FileOwnership
{
    private const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <returns>What is wrong with it, for the end of a sentence that begins with the file; or null.</returns>
    public static string? WhyNot(UnixFile.Status status, uint self) =>
        status.UserId != 0 && status.UserId != self ? $"belongs to user {status.UserId}"
        : (status.Mode & Others) != 0 ? $"can be written by others than its owner (mode 0{Convert.ToString((int)status.Mode, 8)})"
        : null;

    /// <summary>Of a program that is going to be started: nobody else may write it, or put another in its place.</summary>
    /// <returns>A sentence without its end, such as <c>/opt is …</c>; or null.</returns>
    public static string? WhyNoProgram(string path)
    {
        string full = Path.GetFullPath(path);
        string target = File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        if (Judge(target, isDirectory: false) is { } file)
            return file;
        foreach (string way in new[] { full, target }.Distinct())
        {
            for (string? at = Path.GetDirectoryName(way); at is not null; at = Path.GetDirectoryName(at))
            {
                if (Judge(at, isDirectory: true) is { } directory)
                    return directory;
            }
        }

        return null;
    }

    private static string? Judge(string path, bool isDirectory)
    {
        if (!UnixFile.TryTargetStatus(path, out UnixFile.Status status).IsSuccess)
            return $"{path} cannot be looked at";
        // In /tmp everybody may write, and nobody may take away what is another's.
        if (isDirectory && status.Mode.HasFlag(UnixFileMode.StickyBit))
            status = status with { Mode = status.Mode & ~Others };
        return WhyNot(status, Capabilities.User) is { } why ? $"{path} {why}" : null;
    }
}

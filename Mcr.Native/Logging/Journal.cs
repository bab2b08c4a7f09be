using System.Globalization;
using Mcr.Native.Interop;
using Microsoft.Win32.SafeHandles;

namespace Mcr.Native.Logging;

/// <summary>
/// systemd's journal as stderr. It tells services so with JOURNAL_STREAM (systemd.exec(5)), and takes a priority from the beginning of each
/// line (sd-daemon(3)); it has a time of its own.
/// </summary>
public static class Journal
{
    public const string Variable = "JOURNAL_STREAM";

    private const int StandardError = 2;

    /// <summary>Whether stderr is what the variable names: a child that was given another stderr inherits the variable all the same.</summary>
    /// <param name="variable">Its value, <c>device:inode</c>; null when it is not set.</param>
    public static bool IsStandardError(string? variable)
    {
        using var stderr = new SafeFileHandle(StandardError, ownsHandle: false);
        return variable?.Split(':') is [var device, var inode]
            && UnixFile.TryStatus(stderr, out UnixFile.Status status).IsSuccess
            && device == Number(DeviceNumber((uint)(status.Device >> 32), (uint)status.Device))
            && inode == Number(status.Inode);
    }

    /// <summary>What goes in front of a line: 3 is err, 4 warning, 6 info, 7 debug (syslog(3)).</summary>
    public static string Prefix(LogVerbosity level) => level switch
    {
        LogVerbosity.Debug => "<7>",
        LogVerbosity.Info => "<6>",
        LogVerbosity.Warning => "<4>",
        _ => "<3>",
    };

    /// <summary>As st_dev has it (makedev(3)).</summary>
    private static ulong DeviceNumber(uint major, uint minor) =>
        (minor & 0xFFul) | ((major & 0xFFFul) << 8) | ((minor & ~0xFFul) << 12) | ((major & ~0xFFFul) << 32);

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}

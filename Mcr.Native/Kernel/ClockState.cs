using Mcr.Native.Interop;

namespace Mcr.Native.Kernel;

/// <summary>What the kernel knows of CLOCK_REALTIME: adjtimex(2).</summary>
/// <param name="IsSynchronised">Something holds it to others, and has lately said so.</param>
/// <param name="MaxErrorMicroseconds">As that has said, and grown since.</param>
public readonly record struct ClockState(bool IsSynchronised, long MaxErrorMicroseconds)
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    /// <returns>Not synchronised where the kernel does not say.</returns>
    public static unsafe ClockState Read()
    {
        Libc.timex time = default; // modes 0: nothing is set
        return Libc.adjtimex(&time) < 0 ? default : new ClockState((time.status & Libc.STA_UNSYNC) == 0, (long)time.maxerror);
    }

    /// <summary>The same for all that share a kernel, and so a clock; empty where it cannot be read.</summary>
    public static string HostId()
    {
        try
        {
            return File.ReadAllText(BootIdFile).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>
/// What a system call returned: its value, or errno. Made at the call, before anything else can overwrite errno.
/// <c>TryX</c> wrappers return it; <c>X</c> wrappers call <see cref="OrThrow"/>.
/// </summary>
public readonly record struct SysResult
{
    private readonly nint _raw;

    private SysResult(nint raw) => _raw = raw;

    /// <summary>Reads errno of the call just made when <paramref name="returned"/> is negative.</summary>
    public static SysResult From(nint returned) => new(returned < 0 ? -Marshal.GetLastPInvokeError() : returned);

    /// <summary>For calls that return the error number itself (posix_spawn).</summary>
    public static SysResult FromErrorNumber(int errno) => new(-errno);

    public bool IsSuccess => _raw >= 0;

    /// <summary>The value returned; only meaningful on success.</summary>
    public int Value => (int)_raw;

    /// <summary>errno, or 0 on success.</summary>
    public int Errno => _raw < 0 ? (int)-_raw : 0;

    public bool Is(int errno) => _raw == -errno;

    /// <exception cref="LinuxException">the call failed; the message names <paramref name="what"/>.</exception>
    public int OrThrow(string what) => _raw >= 0 ? (int)_raw : throw new LinuxException(what, Errno);
}

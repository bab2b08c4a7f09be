using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>Owns one file descriptor; the only place that closes one.</summary>
public sealed class FileDescriptor : SafeHandle
{
    /// <summary>An invalid one; for the marshaller.</summary>
    public FileDescriptor() : base(-1, ownsHandle: true)
    {
    }

    /// <summary>Takes ownership of <paramref name="fd"/>.</summary>
    public FileDescriptor(int fd) : this() => SetHandle(fd);

    public override bool IsInvalid => handle < 0;

    /// <summary>
    /// The bare number, for the loop thread and for system calls made while the caller keeps this object alive.
    /// The owner disposes only after the last user is gone.
    /// </summary>
    public int Raw => IsClosed ? -1 : (int)handle;

    /// <summary>Another descriptor for the same open file (close-on-exec).</summary>
    /// <exception cref="LinuxException">out of descriptors.</exception>
    public FileDescriptor Duplicate() =>
        new(SysResult.From(Libc.fcntl(Raw, Libc.F_DUPFD_CLOEXEC, 3)).OrThrow("fcntl(F_DUPFD_CLOEXEC)"));

    /// <summary>Makes a call on the number unless another thread has closed it, and keeps it from being closed (and reused) meanwhile.</summary>
    internal void IfOpen(Func<int, nint> call)
    {
        bool added = false;
        try
        {
            DangerousAddRef(ref added);
            _ = call((int)handle);
        }
        catch (ObjectDisposedException)
        {
            // Closed: whoever owned it is gone, and so is the reason for the call.
        }
        finally
        {
            if (added)
                DangerousRelease();
        }
    }

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}

using Mcr.Actors.Control;
using Mcr.Native.Interop;
using Mcr.Native.Privileges;
using Microsoft.Win32.SafeHandles;

namespace Mcr.Actors.Cluster.Tls;

/// <summary>The group of the package's mcrd: root gives it keys by that (<see cref="CertificateFiles"/> takes them so), and stays the only one who may change them.</summary>
public static class ServiceGroup
{
    public const string Name = "mcr";

    /// <returns>Its number when root makes keys in a directory of that group; otherwise null: they are their owner's alone.</returns>
    public static uint? Of(string directory) =>
        Capabilities.User == 0 && UnixGroups.TryFind(Name) is { } group && UnixFile.TryTargetStatus(directory, out UnixFile.Status status).IsSuccess && status.GroupId == group ? group : null;

    /// <exception cref="IOException">that cannot be.</exception>
    public static void LetRead(SafeFileHandle file, uint group)
    {
        if (UnixFile.TryChangeGroup(file, group) is { IsSuccess: false } refused)
            throw new IOException($"it cannot be given to the group {Name}: {LinuxException.Describe(refused.Errno)}");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
    }
}

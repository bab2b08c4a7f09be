namespace Mcr.Actors.Control;

/// <summary>
/// Who asks. At the other end of a connection of the control socket, as the kernel says (SO_PEERCRED): the process that connected, at that moment. On
/// another host, by the name of its certificate.
/// </summary>
/// <param name="User">The name of <paramref name="Uid"/>; null when it is not known here. Of a console, its name.</param>
/// <param name="MayChange">false: may ask only.</param>
public sealed record ControlPeer(int Pid, uint Uid, uint Gid, string? User, bool MayChange)
{
    /// <summary>On another host: process, user and group are none of this one's.</summary>
    public bool IsConsole { get; init; }

    /// <summary>In a sentence.</summary>
    public string Who => IsConsole ? $"console {User}" : $"{User ?? "uid"} ({Uid})";

    public static ControlPeer OfConsole(string name, bool mayChange) => new(0, 0, 0, name, mayChange) { IsConsole = true };
}

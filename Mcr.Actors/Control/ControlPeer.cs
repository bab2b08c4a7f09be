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

    /// <summary>The node of the cluster that passes the request on; <see cref="User"/> is in its words.</summary>
    public string? Node { get; init; }

    /// <summary>mcrd itself, by what it has decided.</summary>
    public bool IsMcrd { get; init; }

    /// <summary>In a sentence.</summary>
    public string Who => IsMcrd ? "mcrd" : IsConsole ? $"console {User}" : Node is not null ? $"{User} at node {Node}" : $"{User ?? "uid"} ({Uid})";

    /// <summary>How it was asked for, in the audit log.</summary>
    public string Via => IsConsole ? "console" : Node is not null ? "cluster" : "control";

    public static ControlPeer OfNode(string node, string who, bool mayChange) => new(0, 0, 0, who, mayChange) { Node = node };

    public static ControlPeer OfMcrd() => new(0, 0, 0, null, MayChange: true) { IsMcrd = true };

    public static ControlPeer OfConsole(string name, bool mayChange) => new(0, 0, 0, name, mayChange) { IsConsole = true };
}

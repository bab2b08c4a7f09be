namespace Mcr.Actors.Control;

/// <summary>Who is at the other end of a connection, as the kernel says (SO_PEERCRED): the process that connected, at that moment.</summary>
/// <param name="User">The name of <paramref name="Uid"/>; null when it is not known here.</param>
/// <param name="MayChange">false: may ask only.</param>
public sealed record ControlPeer(int Pid, uint Uid, uint Gid, string? User, bool MayChange);

using System.Collections.Immutable;
using Mcr.Native.Kernel;

namespace Mcr.Actors.Platform;

/// <summary>What else on this host has to do with the same datagrams as the relay. Immutable.</summary>
/// <param name="Routes">That the kernel forwards by.</param>
/// <param name="Sockets">Of everybody, the relay's own among them.</param>
public sealed record HostTables(ImmutableArray<MulticastRoute> Routes, ImmutableArray<BoundSocket> Sockets)
{
    public static readonly HostTables Empty = new([], []);
}

/// <param name="IsOurs">The relay's own.</param>
/// <param name="Owner">null: not known, or not ours to know.</param>
public sealed record SocketHolder(bool IsOurs, SocketOwner? Owner);

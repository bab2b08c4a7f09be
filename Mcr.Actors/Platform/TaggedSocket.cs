using Mcr.Native.Egress;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>An egress socket and what a later mcrd is to know of it.</summary>
internal readonly record struct TaggedSocket(OutputSocket Socket, string Tag)
{
    /// <summary>Of <see cref="EgressKind.Feed"/>.</summary>
    public FeedShape Feed { get; init; }

    public PassedSocket Passed(int id) => new(id, Socket.Kind, Socket.LinkAddress, Tag) { Feed = Feed };
}

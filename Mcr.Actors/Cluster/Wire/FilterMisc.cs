using Akka.Actor;
using Akka.Remote.Serialization;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>Of Akka's many small messages: who is there, references to actors, and heartbeats of who watches. Not configuration, routers, exceptions and orders to end.</summary>
internal sealed class FilterMisc(ExtendedActorSystem system)
    : FilteredSerializer(system, Id, new MiscMessageSerializer(system), "ID", "AID", "AR", "RWHB", "RWHR")
{
    public const int Id = 16;
}

using Akka.Actor;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>In the place of the serializer of DistributedData's own sets and maps, which are of whatever type the sender names. What hosts replicate has a serializer of its own.</summary>
internal sealed class RefuseReplicated(ExtendedActorSystem system) : RefusingSerializer(system, Id)
{
    public const int Id = 11;
}

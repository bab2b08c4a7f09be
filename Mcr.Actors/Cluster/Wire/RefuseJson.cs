using Akka.Actor;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>In the place of Akka's JSON serializer, the one for whatever has no other.</summary>
public sealed class RefuseJson(ExtendedActorSystem system) : RefusingSerializer(system, Id)
{
    internal const int Id = 1;
}

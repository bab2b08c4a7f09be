using Akka.Actor;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>In the place of the serializer by which others would have actors of any type made here.</summary>
public sealed class RefuseDeployment(ExtendedActorSystem system) : RefusingSerializer(system, Id)
{
    internal const int Id = 3;
}

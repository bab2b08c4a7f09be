using Akka.Actor;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>In the place of the serializer of Akka's reliable delivery, which nothing here uses.</summary>
internal sealed class RefuseDelivery(ExtendedActorSystem system) : RefusingSerializer(system, Id)
{
    public const int Id = 36;
}

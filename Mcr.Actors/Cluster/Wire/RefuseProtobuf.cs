using Akka.Actor;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>In the place of Akka's serializer of protobuf's messages of any type. (Akka's own go by serializers of their own.)</summary>
public sealed class RefuseProtobuf(ExtendedActorSystem system) : RefusingSerializer(system, Id)
{
    internal const int Id = 2;
}

using Akka.Actor;
using Akka.Remote.Serialization;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>Messages to actors by path: the way in for what is within them, and so counted.</summary>
internal sealed class FilterSelection(ExtendedActorSystem system)
    : FilteredSerializer(system, Id, new MessageContainerSerializer(system), typeof(ActorSelectionMessage))
{
    public const int Id = 6;
}

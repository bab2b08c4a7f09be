using Akka.Actor;
using Akka.Configuration;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>In the place of Akka's JSON serializer, the one for whatever has no other.</summary>
public sealed class RefuseJson : RefusingSerializer
{
    internal const int Id = 1;

    /// <summary>As Akka calls it: it has settings for the serializer of this name.</summary>
    public RefuseJson(ExtendedActorSystem system, Config _)
        : base(system, Id)
    {
    }
}

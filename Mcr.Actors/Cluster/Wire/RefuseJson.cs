using Akka.Actor;
using Akka.Configuration;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>In the place of Akka's JSON serializer, the one for whatever has no other.</summary>
/// <param name="settings">That serializer's; Akka hands them to whoever is in its place.</param>
public sealed class RefuseJson(ExtendedActorSystem system, Config settings) : RefusingSerializer(system, Id)
{
    internal const int Id = 1;

    /// <summary>Not used.</summary>
    internal Config Settings { get; } = settings;
}

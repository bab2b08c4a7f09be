using System.Collections.Immutable;
using Akka.Actor.Setup;
using Akka.Configuration;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>What an ActorSystem that talks with other hosts is made with.</summary>
/// <param name="Config">Goes under what the system has of its own.</param>
/// <param name="Setups">How it proves who it is, and whom it takes; none for plain text.</param>
public sealed record RemoteParts(Config Config, ImmutableArray<Setup> Setups);

using Akka.Actor;
using Mcr.Actors.Cluster.Tls;

namespace Mcr.Actors.Beside;

/// <summary>An ActorSystem beside the relay's, as it was made.</summary>
/// <param name="Files">What it shows to others; null: nothing.</param>
internal record BesideParts(ActorSystem System, CertificateFiles? Files)
{
    /// <summary>Why <see cref="Files"/> are from before, and not what is on disk; empty: they are that.</summary>
    public string FilesProblems { get; init; } = "";
}

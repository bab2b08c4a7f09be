using System.Security.Cryptography.X509Certificates;
using Mcr.Actors.Cluster.Tls;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>Certificates on both sides of each connection.</summary>
/// <param name="Files">What this side shows.</param>
/// <param name="Policy">Whom it takes.</param>
/// <param name="Refused">Gets the other side, as Akka names it, and a sentence; on a thread of the transport.</param>
/// <param name="Time">By which certificates are valid.</param>
public sealed record PeerTls(CertificateFiles Files, CertificatePolicy Policy, Action<string, string> Refused, TimeProvider Time)
{
    /// <summary>Gets each certificate that was taken; on a thread of the transport.</summary>
    public Action<X509Certificate2>? Accepted { get; init; }
}

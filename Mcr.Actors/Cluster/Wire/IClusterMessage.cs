namespace Mcr.Actors.Cluster.Wire;

/// <summary>What nodes say to each other beside what Akka's cluster and its replicated data do. Read leniently: a newer node may say more, an older one less.</summary>
internal interface IClusterMessage;

/// <summary>Which island are you on? I am on this one.</summary>
/// <param name="Self">Address and incarnation.</param>
/// <param name="Members">Alike; empty: none yet.</param>
internal sealed record Knock(string Self, IReadOnlyList<string> Members) : IClusterMessage;

/// <summary>The answer to a <see cref="Knock"/>.</summary>
/// <inheritdoc cref="Knock"/>
internal sealed record Knocked(string Self, IReadOnlyList<string> Members) : IClusterMessage;

/// <summary>A request of the control protocol that somebody made at another node.</summary>
/// <param name="From">That node.</param>
/// <param name="Who">Who asks there, for the audit log.</param>
/// <param name="MayChange">As that node has judged.</param>
/// <param name="Request">As on the control socket, packed by <see cref="Packed"/>.</param>
internal sealed record Forward(string From, string Who, bool MayChange, byte[] Request) : IClusterMessage;

/// <summary>The answer to a <see cref="Forward"/>.</summary>
/// <param name="Response">As on the control socket, packed by <see cref="Packed"/>.</param>
internal sealed record Forwarded(byte[] Response) : IClusterMessage;

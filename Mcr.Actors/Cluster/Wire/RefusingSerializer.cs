using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Mcr.Actors.Cluster.Tls;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>
/// In the place of a serializer of Akka's that makes a type since the sender names it. It refuses by the name alone, both ways: strict serialization guards
/// the sender only. (One with string manifests, since for the others Akka loads the named type before it asks them.)
/// </summary>
public abstract class RefusingSerializer : SerializerWithStringManifest
{
    /// <param name="id">On the wire, of Akka's serializer.</param>
    private protected RefusingSerializer(ExtendedActorSystem system, int id)
        : base(system) => Identifier = id;

    /// <inheritdoc/>
    public override int Identifier { get; }

    /// <inheritdoc/>
    public override string Manifest(object o) => throw Refusal(o.GetType().ToString());

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw Refusal(obj.GetType().ToString());

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string? manifest) => throw Refusal(manifest ?? "");

    private SerializationException Refusal(string type) =>
        new($"a message '{CertificateNames.Printable(type)}' by serializer {Identifier} is refused: hosts say only what has a serializer of its own, and no type is made since its name was sent");
}

using Akka.Actor;
using Akka.Serialization;

namespace Mcr.Actors.Console;

/// <summary><see cref="ConsoleCodec"/> as Akka wants it.</summary>
internal sealed class ConsoleSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>On the wire; never another.</summary>
    public const int Id = 7202;

    public override int Identifier => Id;

    public override string Manifest(object o) => ConsoleCodec.Manifest((ConsoleMessage)o);

    public override byte[] ToBinary(object obj) => ConsoleCodec.Encode((ConsoleMessage)obj);

    public override object FromBinary(byte[] bytes, string manifest) => ConsoleCodec.Decode(manifest, bytes);
}

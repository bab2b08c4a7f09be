using System.Collections.Frozen;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Akka.Util;
using Mcr.Actors.Cluster.Tls;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>
/// In front of a serializer of Akka's that reads more than hosts say to each other: of that, some parses configuration (whose parser does not end on some texts), makes types by the name
/// that was sent, or has to be unpacked without a limit, and Akka reads all of a message before it asks whether its sender may send it. Only the words that are named here pass, both ways.
/// Messages within messages are read as deep as hosts send them: each level takes from the stack of the process.
/// </summary>
internal abstract class FilteredSerializer : SerializerWithStringManifest
{
    /// <summary>A message to a path, with a message of the replicator, with a value of Akka's: three.</summary>
    private const int Deepest = 4;

    /// <summary>On this thread; serializers read what is within a message on the thread that reads the message.</summary>
    [ThreadStatic]
    private static int _depth;

    private readonly Serializer _behind;

    /// <summary>And the type that it stands for, where the serializer behind wants that.</summary>
    private readonly FrozenDictionary<string, Type?> _words;

    protected FilteredSerializer(ExtendedActorSystem system, int id, SerializerWithStringManifest behind, params string[] words)
        : this(system, id, behind, words.ToFrozenDictionary(w => w, _ => (Type?)null))
    {
    }

    /// <param name="types">Named on the wire as Akka names them.</param>
    protected FilteredSerializer(ExtendedActorSystem system, int id, Serializer behind, params Type[] types)
        : this(system, id, behind, types.ToFrozenDictionary(t => behind.IncludeManifest ? t.TypeQualifiedName() : "", t => (Type?)t))
    {
    }

    private FilteredSerializer(ExtendedActorSystem system, int id, Serializer behind, FrozenDictionary<string, Type?> words)
        : base(system) => (Identifier, _behind, _words) = (id, behind, words);

    public override int Identifier { get; }

    public override string Manifest(object o)
    {
        string word = _behind is SerializerWithStringManifest named ? named.Manifest(o) : _behind.IncludeManifest ? o.GetType().TypeQualifiedName() : "";
        return _words.ContainsKey(word) ? word : throw Refusal(word);
    }

    public override byte[] ToBinary(object obj) => _behind.ToBinary(obj);

    /// <param name="manifest">null: none came with it.</param>
    public override object FromBinary(byte[] bytes, string? manifest)
    {
        string word = manifest ?? "";
        if (!_words.TryGetValue(word, out Type? type))
            throw Refusal(word);
        if (_depth >= Deepest)
            throw new SerializationException($"a message within {Deepest} others is refused: hosts send none");
        Check(bytes, word);
        _depth++;
        try
        {
            return _behind is SerializerWithStringManifest named ? named.FromBinary(bytes, word) : _behind.FromBinary(bytes, type);
        }
        finally
        {
            _depth--;
        }
    }

    /// <exception cref="SerializationException">what passes by its name is nothing to be read.</exception>
    protected virtual void Check(byte[] bytes, string word)
    {
    }

    private SerializationException Refusal(string word) => new($"a message '{CertificateNames.Printable(word)}' by serializer {Identifier} is refused: hosts do not say that to each other");
}

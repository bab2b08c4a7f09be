using System.Globalization;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>Serializers as Akka's configuration has them: which one answers to a name of Akka's, and its number on the wire. Pure.</summary>
internal static class SerializerEntries
{
    /// <summary>For <c>akka.actor</c>.</summary>
    public static string Of(params (string Name, Type Serializer, int Id)[] serializers) =>
        $"serializers {{ {string.Join(", ", serializers.Select(s => $"{s.Name} = {Quoted(s.Serializer)}"))} }}\n"
        + $"serialization-identifiers {{ {string.Join(", ", serializers.Select(s => string.Create(CultureInfo.InvariantCulture, $"{Quoted(s.Serializer)} = {s.Id}")))} }}";

    private static string Quoted(Type type) => $"\"{type.FullName}, {type.Assembly.GetName().Name}\"";
}

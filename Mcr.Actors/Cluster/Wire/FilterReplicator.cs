using System.Runtime.Serialization;
using Akka.Actor;
using Akka.DistributedData.Serialization;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>What replicators say to each other: writes, reads and their answers, digests and gossip. Not what is between a replicator and its own host.</summary>
internal sealed class FilterReplicator(ExtendedActorSystem system)
    : FilteredSerializer(system, Id, new ReplicatorMessageSerializer(system), "I", "J", "K", "L", "M", Gossip, "O")
{
    public const int Id = 12;

    /// <summary>Of gossip when it is unpacked, which Akka does without a limit: more than 100,000 rules take.</summary>
    public const int MostUnpacked = 128 << 20;

    private const string Gossip = "N";

    protected override void Check(byte[] bytes, string word)
    {
        if (word == Gossip && !Packed.IsWithin(bytes, MostUnpacked))
            throw new SerializationException($"gossip of more than {MostUnpacked >> 20} MiB is refused");
    }
}

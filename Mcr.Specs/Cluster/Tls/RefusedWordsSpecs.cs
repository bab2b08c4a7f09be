using System.IO.Compression;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch.SysMsg;
using Akka.Serialization;
using Mcr.Actors.Cluster.Member;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Configuration;

namespace Mcr.Specs.Cluster.Tls;

/// <summary>Of Akka's serializers only what hosts say to each other is read, in the ActorSystem of the cluster, which has the most of them.</summary>
public sealed class RefusedWordsSpecs(RefusedWordsSpecs.Node node) : IClassFixture<RefusedWordsSpecs.Node>
{
    /// <summary>Every word of Akka's serializers that hosts do not say, by the serializer's number. Exact: those that they say are in the spec after it.</summary>
    public static TheoryData<int, string> Unsaid
    {
        get
        {
            var all = new TheoryData<int, string>();
            foreach (string word in new[] { "PP", "K", "IR", "STS", "STF", "LS", "RS", "CF", "FC", "DR", "RORRP", "ROBP", "RORP", "ROSGP", "ROTCP", "ROCHP", "RORRC" })
                all.Add(16, word);
            foreach (string word in new[] { "Create", "Recreate", "Suspend", "Resume", "Terminate", "Supervise", "Failed" })
                all.Add(22, $"Akka.Dispatch.SysMsg.{word}, Akka");
            foreach (string word in new[] { "A", "B", "C", "D", "E", "F", "G", "H", "P", "Q", "R" })
                all.Add(12, word);
            foreach (string word in new[] { "A", "B", "C", "E", "H", "I", "K" })
                all.Add(11, word);
            all.Add(5, "Akka.Cluster.Routing.ClusterRouterPool, Akka.Cluster");
            all.Add(36, "a");
            foreach (int id in new[] { 1, 2, 3, 5, 6, 11, 12, 16, 22, 36 })
                all.Add(id, "System.IO.FileInfo, System.Runtime");
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Unsaid))]
    public void Words_that_hosts_do_not_say_should_be_refused_by_name(int id, string word) =>
        Assert.Contains($"by serializer {id} is refused", Assert.Throws<SerializationException>(() => node.System.Serialization.Deserialize([], id, word)).Message, StringComparison.Ordinal);

    /// <summary>They get past the name: what is then wrong is that there are no bytes, or nothing.</summary>
    [Theory]
    [InlineData(16, "ID", "AID", "AR", "RWHB", "RWHR")]
    [InlineData(22, "Akka.Dispatch.SysMsg.Watch, Akka", "Akka.Dispatch.SysMsg.Unwatch, Akka", "Akka.Dispatch.SysMsg.DeathWatchNotification, Akka")]
    [InlineData(12, "I", "J", "K", "L", "M", "N", "O")]
    [InlineData(5, "HB", "HBR", "Akka.Cluster.GossipEnvelope, Akka.Cluster", "Akka.Cluster.InternalClusterAction+Join, Akka.Cluster")]
    [InlineData(6, "")]
    public void Words_that_hosts_say_should_pass(int id, params string[] words) => Assert.All(words, word =>
    {
        Exception? e = Record.Exception(() => node.System.Serialization.Deserialize([], id, word));
        Assert.DoesNotContain("is refused", e?.ToString() ?? "", StringComparison.Ordinal);
    });

    [Fact]
    public void What_hosts_say_should_come_back()
    {
        IActorRef someone = node.System.Provider.DeadLetters;
        Assert.Equal("x", Back(new ActorSelectionMessage("x", [new SelectChildName("user")])).Message);
        Assert.Equal("x", Back(new Identify("x")).MessageId);
        Assert.Equal("x", Back(new ActorIdentity("x", someone)).MessageId);
        Assert.True(Back(new DeathWatchNotification(someone, existenceConfirmed: true, addressTerminated: false)).ExistenceConfirmed);

        T Back<T>(T message)
            where T : notnull
        {
            Serializer serializer = node.System.Serialization.FindSerializerFor(message);
            return Assert.IsType<T>(node.System.Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier, Serialization.ManifestFor(serializer, message)));
        }
    }

    [Fact]
    public void Gossip_that_is_larger_than_it_may_be_should_not_be_unpacked()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest))
        {
            for (int i = 0; i <= 128; i++)
                gzip.Write(new byte[1 << 20]);
        }

        byte[] bytes = bomb.ToArray();
        Assert.Equal("gossip of more than 128 MiB is refused", Assert.Throws<SerializationException>(() => node.System.Serialization.Deserialize(bytes, 12, "N")).Message);
    }

    [Fact]
    public void Every_serializer_should_be_one_that_is_known_here()
    {
        var names = node.System.Settings.Config.GetConfig("akka.actor.serializers").AsEnumerable().ToDictionary(s => s.Key, s => s.Value.GetString());
        Assert.Equal(
            [
                "akka-cluster FilterCluster", "akka-containers FilterSelection", "akka-data-replication FilterReplicator", "akka-misc FilterMisc", "akka-replicated-data RefuseReplicated", "akka-system-msg FilterSystem",
                "bytes ByteArraySerializer", "daemon-create RefuseDeployment", "json RefuseJson", "mcr ClusterSerializer", "primitive PrimitiveSerializers", "proto RefuseProtobuf", "reliable-delivery RefuseDelivery",
            ],
            names.Select(n => $"{n.Key} {n.Value.Split(',')[0].Split('.')[^1]}").Order(StringComparer.Ordinal));
    }

    /// <summary>One for all cases; nobody sends to it.</summary>
    public sealed class Node : IDisposable
    {
        private static readonly HostPort Place = new("127.0.0.1", 0);

        internal ExtendedActorSystem System { get; } = (ExtendedActorSystem)ActorSystem.Create("mcr", ClusterConfig.Of(new ClusterSettings(true, "mcr", Place, null, [], [], true), "a", "1").WithFallback(RemoteConfig.Of(Place, null, null).Config));

        public void Dispose() => System.Terminate().Wait(TimeSpan.FromSeconds(10));
    }
}

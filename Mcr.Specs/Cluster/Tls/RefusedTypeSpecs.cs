using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Cluster.Wire;

namespace Mcr.Specs.Cluster.Tls;

/// <summary>A sender that is as lax as Akka is by default, over real remoting: what it names is not made where it arrives.</summary>
public sealed class RefusedTypeSpecs : IDisposable
{
    /// <summary>The sender has Akka's own serializers, and may send whatever it likes.</summary>
    private const string Lax = """
        akka.actor {
          serialization-settings.allow-unregistered-types = on
          serializers { json = "Akka.Serialization.NewtonSoftJsonSerializer, Akka", proto = "Akka.Remote.Serialization.ProtobufSerializer, Akka.Remote", daemon-create = "Akka.Remote.Serialization.DaemonMsgCreateSerializer, Akka.Remote" }
        }
        """;

    private readonly CertificateLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task Type_named_by_akkas_json_should_not_be_made()
    {
        await using RemotePeer strict = Peer("relay-a"), lax = Peer("relay-b", Lax);
        int before = Bait.Made;
        lax.At(strict).Tell(new Bait());
        Assert.True(await lax.CanAskAsync(strict)); // comes after it on the same connection
        Assert.Equal(before + 1, Bait.Made); // the one that was sent
        Assert.Equal(["hello"], strict.Heard);
    }

    /// <summary>That the bait would have been taken: what the spec above is worth.</summary>
    [Fact]
    public async Task Type_named_by_akkas_json_is_made_by_akka_itself()
    {
        await using RemotePeer open = Peer("relay-a", Lax), lax = Peer("relay-b", Lax);
        lax.At(open).Tell(new Bait());
        Assert.True(await lax.CanAskAsync(open));
        Assert.IsType<Bait>(open.Heard.First());
    }

    [Fact]
    public async Task Message_of_protobuf_should_not_be_made()
    {
        await using RemotePeer strict = Peer("relay-a"), lax = Peer("relay-b", Lax);
        lax.At(strict).Tell(new Google.Protobuf.WellKnownTypes.StringValue { Value = "bait" });
        Assert.True(await lax.CanAskAsync(strict));
        Assert.Equal(["hello"], strict.Heard);
    }

    [Fact]
    public async Task Unregistered_type_should_not_be_sent_either()
    {
        await using RemotePeer strict = Peer("relay-a"), other = Peer("relay-b");
        strict.At(other).Tell(new Bait());
        Assert.True(await strict.CanAskAsync(other));
        Assert.Equal(["hello"], other.Heard);
    }

    [Fact]
    public async Task Largest_shard_should_go_in_one_message()
    {
        await using RemotePeer a = Peer("relay-a"), b = Peer("relay-b");
        byte[] shard = new byte[Mcr.Actors.Cluster.Rules.ShardCodec.MaxBytes];
        Random.Shared.NextBytes(shard);
        byte[] answer = await b.At(a).Ask<byte[]>(shard, TimeSpan.FromSeconds(20));
        Assert.True(shard.AsSpan().SequenceEqual(answer));
    }

    [Fact]
    public async Task Effective_serializers_should_be_those_that_refuse()
    {
        await using RemotePeer a = Peer("relay-a");
        var system = (ExtendedActorSystem)a.System;
        foreach (int id in new[] { 1, 2, 3 })
            Assert.Contains($"by serializer {id} is refused", Assert.Throws<SerializationException>(() => system.Serialization.Deserialize([], id, "System.Object, System.Private.CoreLib")).Message, StringComparison.Ordinal);
        Config config = a.System.Settings.Config;
        Assert.True(config.GetBoolean("akka.remote.untrusted-mode"));
        Assert.False(config.GetBoolean("akka.actor.serialization-settings.allow-unregistered-types"));
    }

    private RemotePeer Peer(string name, string more = "")
    {
        CertificateFiles files = _lab.Files(_lab.Node(name));
        return new RemotePeer(files, CertificatePolicy.ForNodes(files, []), more);
    }

    /// <summary>Counts each one that is made, by whom ever.</summary>
    public sealed class Bait
    {
        private static int _made;

        public Bait() => Interlocked.Increment(ref _made);

        public static int Made => _made;
    }
}

using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;
using Akka.Routing;
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
          serializers {
            json = "Akka.Serialization.NewtonSoftJsonSerializer, Akka"
            proto = "Akka.Remote.Serialization.ProtobufSerializer, Akka.Remote"
            daemon-create = "Akka.Remote.Serialization.DaemonMsgCreateSerializer, Akka.Remote"
            akka-containers = "Akka.Remote.Serialization.MessageContainerSerializer, Akka.Remote"
            akka-misc = "Akka.Remote.Serialization.MiscMessageSerializer, Akka.Remote"
            akka-system-msg = "Akka.Remote.Serialization.SystemMessageSerializer, Akka.Remote"
          }
        }
        """;

    /// <summary>What Akka itself would read, of each kind: configuration, routers made of it, exceptions of a type that is named.</summary>
    private static readonly object[] Read =
    [
        ConfigurationFactory.ParseString("a = 1"),
        new FromConfig(new DefaultResizer(1, 10), null, "x"),
        new DefaultResizer(1, 10),
        new RoundRobinPool(1),
        new BroadcastPool(1),
        new RandomPool(1),
        new ScatterGatherFirstCompletedPool(1, TimeSpan.FromSeconds(1)),
        new TailChoppingPool(1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)),
        new ConsistentHashingPool(1),
        new RemoteScope(new Address("akka.tcp", "x", "127.0.0.1", 1)),
        new Status.Success("done"),
        new Status.Failure(new BaitException()),
    ];

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
    public async Task Configuration_routers_and_exceptions_should_not_be_read()
    {
        await using RemotePeer strict = Peer("relay-a"), lax = Peer("relay-b", Lax);
        int before = BaitException.Made;
        foreach (object message in Read)
            lax.At(strict).Tell(message);
        Assert.True(await lax.CanAskAsync(strict));
        Assert.Equal(["hello"], strict.Heard);
        Assert.Equal(before, BaitException.Made);
    }

    /// <summary>What the spec above is worth.</summary>
    [Fact]
    public async Task Configuration_routers_and_exceptions_are_read_by_akka_itself()
    {
        await using RemotePeer open = Peer("relay-a", Lax), lax = Peer("relay-b", Lax);
        foreach (object message in Read)
            lax.At(open).Tell(message);
        Assert.True(await lax.CanAskAsync(open));
        Assert.Equal([.. Read.Select(m => m.GetType()), typeof(string)], open.Heard.Select(m => m.GetType()));
    }

    /// <summary>Each level takes from the stack, and a frame has room for enough of them to end the process.</summary>
    [Fact]
    public async Task Messages_within_messages_should_be_read_a_few_deep()
    {
        await using RemotePeer strict = Peer("relay-a"), lax = Peer("relay-b", Lax);
        lax.At(strict).Tell(Nested(8));
        lax.At(strict).Tell(Nested(2));
        Assert.True(await lax.CanAskAsync(strict));
        Assert.Equal(["2", "hello"], strict.Heard.Select(Innermost));

        static object Nested(int levels) => Enumerable.Range(0, levels).Aggregate((object)$"{levels}", (inner, _) => new ActorIdentity(inner, null));
        static object Innermost(object message) => message is ActorIdentity identity ? Innermost(identity.MessageId) : message;
    }

    [Fact]
    public async Task Remoting_should_be_strict_and_untrusted()
    {
        await using RemotePeer a = Peer("relay-a");
        Config config = a.System.Settings.Config;
        Assert.True(config.GetBoolean("akka.remote.untrusted-mode"));
        Assert.False(config.GetBoolean("akka.actor.serialization-settings.allow-unregistered-types"));
    }

    private RemotePeer Peer(string name, string more = "")
    {
        CertificateFiles files = _lab.Files(_lab.Node(name));
        return new RemotePeer(files, CertificatePolicy.ForNodes(files, []), more);
    }

    /// <summary>Counts each one that is made where it arrives.</summary>
    public sealed class BaitException : Exception
    {
        private static int _made;

        public BaitException()
        {
        }

#pragma warning disable SYSLIB0051 // as Akka makes them
        public BaitException(SerializationInfo info, StreamingContext context)
            : base(info, context) => Interlocked.Increment(ref _made);
#pragma warning restore SYSLIB0051

        public static int Made => _made;
    }

    /// <summary>Counts each one that is made, by whom ever.</summary>
    public sealed class Bait
    {
        private static int _made;

        public Bait() => Interlocked.Increment(ref _made);

        public static int Made => _made;
    }
}

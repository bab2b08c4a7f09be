using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Mcr.Actors.Cluster.Member;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Configuration;
using Mcr.Actors.Messages;

namespace Mcr.Specs.Cluster;

/// <summary>A cluster of one node, with its real DistributedData, and its owner.</summary>
public sealed class ReplicaActorSpecs(ITestOutputHelper output) : ClusterSpec(output)
{
    [Fact]
    public void Owner_that_has_forgotten_everything_should_be_told_again()
    {
        ClusterSettings settings = Options().Settings;
        Config config = ConfigurationFactory.ParseString("akka { loggers = [], stdout-loglevel = OFF, coordinated-shutdown.run-by-clr-shutdown-hook = off, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }")
            .WithFallback(ClusterConfig.Of(settings, "a", "1"));
        using var system = ActorSystem.Create("mcr", config);
        var cluster = Akka.Cluster.Cluster.Get(system);
        cluster.Join(cluster.SelfAddress);
        TestProbe owner = CreateTestProbe();
        IActorRef told = owner;
        IActorRef replica = system.ActorOf(Props.Create(() => new ReplicaActor(told, "a")));
        var key = new RuleKey("b", "1");
        RuleShard shard = ClusterRules.Start(new SavedRules("a", "a#1", 0), ImmutableDictionary<string, RuleValue>.Empty, "x", default).Next.Put(key, new RuleValue("v1", "mcrctl"), "root", default).Next.Shards[key.Shard];
        replica.Tell(new MemberMessages.Replicate(key.Shard, shard));
        Check(owner.FishForMessage<MemberMessages.Shard>(_ => true, TimeSpan.FromSeconds(10)));
        replica.Tell(new MemberMessages.Recall());
        Check(owner.FishForMessage<MemberMessages.Shard>(_ => true, TimeSpan.FromSeconds(10)));
        owner.ExpectNoMsg(TimeSpan.FromMilliseconds(50)); // of shards that nobody has written there is nothing to tell

        void Check(MemberMessages.Shard heard)
        {
            Assert.Equal(key.Shard, heard.Index);
            Assert.Equal(shard, heard.Rules);
        }
    }
}

using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using Mcr.Host.Mcrd.Logging;
using Mcr.Specs.Cluster.Tls;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace Mcr.Specs.Logging;

public sealed class ActorLoggerSpecs
{
    [Fact]
    public void What_strangers_make_remoting_say_should_be_for_debugging()
    {
        Assert.Equal(Level.Debug, ActorLogger.LevelOf(new Error(null, "x", typeof(RemoteSettings), "anything")));
        Assert.Equal(Level.Debug, ActorLogger.LevelOf(new Error(new RemoteTransportException("x", null), "x", typeof(ActorLogger), "anything")));
        Assert.Equal(Level.Error, ActorLogger.LevelOf(new Error(new InvalidOperationException("x"), "x", typeof(ActorLogger), "ours")));
    }

    /// <summary>Akka drops it, and nobody else hears of that.</summary>
    [Fact]
    public async Task Message_of_ours_that_is_too_large_to_be_sent_should_be_an_error()
    {
        await using var a = new RemotePeer(null, null);
        await using var b = new RemotePeer(null, null);
        using var errors = new BlockingCollection<Error>();
        a.System.EventStream.Subscribe(a.System.ActorOf(Props.Create(() => new Listener(errors))), typeof(Error));

        a.At(b).Tell(new byte[10 << 20]);

        Assert.True(errors.TryTake(out Error? error, TimeSpan.FromSeconds(10)), "Akka says nothing of it");
        Assert.Equal((Level.Error, true), (ActorLogger.LevelOf(error), error.Cause.Message.Contains("oversized", StringComparison.OrdinalIgnoreCase)));
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(BlockingCollection<Error> errors) => Receive<Error>(errors.Add);
    }
}

using Akka.Actor;
using Akka.Event;
using Akka.Cluster;
using Mcr.Actors.Beside;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Cluster;

/// <summary><c>/user/cluster/system</c>: owns the ActorSystem that is this node's part of the cluster. Its parent hears how it is.</summary>
internal sealed class ClusterSystemActor(ClusterOptions options, TimeProvider time) : BesideActor<ClusterParts>(options.Gate, time)
{
    private readonly TimeProvider _time = time;
    private IActorRef _stopper = ActorRefs.Nobody;

    protected override string Subject => "this node's part of the cluster";

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case MemberMessages.BeginAnew anew:
                BeginAnew(anew.Why);
                break;
            case ClusterMessages.Join:
                bool isAway = IsAway;
                Join();
                Sender.Tell(new ControlResponse.Success(isAway ? "this node looks for the others again" : "this node has not left the cluster"));
                break;
            case MemberMessages.Leave:
                Leave();
                break;
            case ClusterMessages.Stop:
                _stopper = Sender;
                Leave();
                if (Stage is BesideStage.Starting)
                    _stopper.Tell(new ClusterMessages.HasLeft()); // nobody knows of it yet
                break;
            default:
                base.OnReceive(message);
                break;
        }
    }

    protected override Func<ClusterParts> Making(CertificateFiles? lastGood)
    {
        ActorSystem relay = Context.System;
        IActorRef owner = Context.Parent;
        IActorRef self = Self;
        ClusterOptions now = options with { LastGood = lastGood };
        return () => now.Create(now, relay, owner, self);
    }

    protected override string WhyEnded(ActorSystem system) => CoordinatedShutdown.Get(system).ShutdownReason switch
    {
        CoordinatedShutdown.ClusterDowningReason => "another node was told that this one is down",
        CoordinatedShutdown.ClusterLeavingReason => "it has left in order",
        null or CoordinatedShutdown.ActorSystemTerminateReason => "it was terminated",
        { } reason when reason.GetType().Name.StartsWith("TlsHandshake", StringComparison.Ordinal) => "a TLS handshake with a node that it dialled has failed, which ends all of Akka.Remote; whom it refused is in the line before",
        { } reason => reason.GetType().Name,
    };

    protected override string WhyNotBegun(string problem) => $"it cannot begin at {options.Settings.Listen}: {problem}";

    protected override void Became(BesideStage stage, string? why) => Context.Parent.Tell(State(stage, stage is BesideStage.Left ? "this node was told to leave the cluster; mcrctl cluster join brings it back" : why));

    protected override void Began(ClusterParts parts, bool isBack) =>
        Context.Parent.Tell(State(BesideStage.Running, null) with { Member = parts.Member, Replica = parts.Replica, Door = parts.Door });

    protected override void Moved(string why) => Log.Info("this node looks for the others anew: {Why}", why);

    protected override void Failed(BesideEffect.Failed failed)
    {
        string sentence = $"{Subject} {(failed.HasRun ? "has ended" : "is not there")}: {failed.Why}; it is made anew {Sentences.In(failed.Delay)}. What this node relays is not touched";
        Log.Warning("{Sentence}", sentence);
        Context.System.EventStream.Publish(new RelayEvent(EventSeverity.Warning, EventKind.ClusterState, sentence));
    }

    protected override void LeaveInOrder(ClusterParts parts) => parts.Member.Tell(new MemberMessages.Leave());

    protected override void Left() => _stopper.Tell(new ClusterMessages.HasLeft());

    private ClusterMessages.SystemState State(BesideStage stage, string? why)
    {
        string name = stage switch
        {
            BesideStage.Starting => "starting",
            BesideStage.Running => "running",
            BesideStage.Waiting => "waiting",
            _ => "left",
        };
        return new ClusterMessages.SystemState(name, why, Restarts, _time.GetUtcNow());
    }
}

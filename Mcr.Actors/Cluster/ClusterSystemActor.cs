using Akka.Actor;
using Akka.Event;
using Akka.Cluster;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Configuration;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Actors.Workers;

namespace Mcr.Actors.Cluster;

/// <summary>
/// <c>/user/cluster/system</c>: owns the ActorSystem that is this node's part of the cluster, and makes it anew when it ends, whatever ended it. It keeps nothing, so its end costs
/// nothing but the time.
/// </summary>
internal sealed class ClusterSystemActor : UntypedActor, IWithTimers
{
    /// <summary>A join that was left unanswered, or a larger island, is no fault: it is begun anew at once, but not in a tight circle.</summary>
    private static readonly TimeSpan MoveDelay = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(2);

    /// <summary>So often it is looked whether the certificate was renewed.</summary>
    private static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(10);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ClusterOptions _options;
    private readonly TimeProvider _time;
    private RestartPolicy _policy = RestartPolicy.Fresh;
    private ClusterMessages.SystemState _state;
    private readonly SystemMaking _making = new();
    private ActorSystem? _system;
    private CertificateFiles? _files;
    private string _filesProblem = "";
    private long? _startedAt;
    private string? _move;
    private bool _isLeaving;
    private bool _isStarting;
    private IActorRef _stopper = ActorRefs.Nobody;

    public ClusterSystemActor(ClusterOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _state = new ClusterMessages.SystemState("starting", null, 0, time.GetUtcNow());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Start();
        Timers.StartPeriodicTimer(nameof(LookForRenewal), new LookForRenewal(), RenewalInterval, RenewalInterval);
    }

    protected override void PostStop() => _making.End();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartAgain:
                Start();
                break;
            case Started started:
                Begin(started);
                break;
            case Ended ended when ended.System == _system:
                End(ended.Why);
                break;
            case MemberMessages.BeginAnew anew when _system is not null && _move is null && !_isLeaving:
                _move = anew.Why;
                _ = _system.Terminate();
                break;
            case ClusterMessages.Join when _state.State == "left":
                _isLeaving = false;
                Start();
                break;
            case MemberMessages.Leave:
                LeaveOthers();
                break;
            case ClusterMessages.Stop:
                _stopper = Sender;
                LeaveOthers();
                if (_isStarting)
                    _stopper.Tell(new ClusterMessages.HasLeft()); // nobody knows of it yet
                break;
            case LookForRenewal when _files is { } files && _system is not null:
                Task.Run(() => new Renewal(files, _options.Renewed(files))).PipeTo(Self);
                break;
            case Renewal { Problems: { } problems } renewal when renewal.Of == _files && _system is not null:
                Renew(problems);
                break;
            case LeaveOverdue when _isLeaving && _system is not null:
                _ = _system.Terminate();
                break;
            default:
                break;
        }
    }

    /// <summary>The transport takes another certificate only when it is made anew. What was read before is used until the new files are good.</summary>
    private void Renew(IReadOnlyCollection<string> problems)
    {
        string all = string.Join("; ", problems);
        if (problems.Count == 0)
            Self.Tell(new MemberMessages.BeginAnew("its certificate was renewed"));
        else if (all != _filesProblem)
            _log.Error("the new certificate files cannot be used, and the ones before are until they can: {Problems}", all);
        _filesProblem = all;
    }

    private void LeaveOthers()
    {
        _isLeaving = true;
        Timers.Cancel(nameof(StartAgain));
        if (_state.Member is { } member)
        {
            member.Tell(new MemberMessages.Leave());
            Timers.StartSingleTimer(nameof(LeaveOverdue), new LeaveOverdue(), LeaveTimeout);
        }
        else if (!_isStarting)
        {
            EndLeaving();
        }
    }

    private void EndLeaving()
    {
        _move = null; // nor does it, if it was about to
        Become("left", "this node was told to leave the cluster; mcrctl cluster join brings it back");
        _stopper.Tell(new ClusterMessages.HasLeft());
    }

    private void Start()
    {
        if (_isStarting || _system is not null)
            return;
        _isStarting = true;
        Become("starting", null);
        ActorSystem relay = Context.System;
        IActorRef owner = Context.Parent;
        IActorRef self = Self;
        ClusterOptions options = _options with { LastGood = _files };
        Task.Run(() => _making.Keep(options.Create(options, relay, owner, self), made => made.System)).PipeTo(Self, success: made => new Started(made, null), failure: e => new Started(null, SystemBeside.Innermost(e)));
    }

    private void Begin(Started started)
    {
        _isStarting = false;
        if (started.Made is not { } made)
        {
            if (_isLeaving)
                EndLeaving();
            else
                Wait($"it cannot begin at {_options.Settings.Listen}: {started.Problem}");
            return;
        }

        _system = made.System;
        _files = made.Files;
        _filesProblem = "";
        _startedAt = _time.GetTimestamp();
        ActorSystem system = made.System;
        system.WhenTerminated.PipeTo(Self, success: () => new Ended(system, WhyEnded(system)));
        _state = new ClusterMessages.SystemState("running", null, _state.Restarts, _time.GetUtcNow()) { Member = made.Member, Replica = made.Replica, Door = made.Door };
        Context.Parent.Tell(_state);
        if (_isLeaving)
            LeaveOthers();
    }

    private void End(string why)
    {
        _system = null;
        Timers.Cancel(nameof(LeaveOverdue));
        if (_isLeaving)
        {
            EndLeaving();
        }
        else if (_move is { } move)
        {
            _move = null;
            _log.Info("this node looks for the others anew: {Why}", move);
            Become("waiting", move);
            Timers.StartSingleTimer(nameof(StartAgain), new StartAgain(), MoveDelay);
        }
        else
        {
            Wait(why);
        }
    }

    private void Wait(string why)
    {
        TimeSpan lived = _startedAt is { } start ? _time.GetElapsedTime(start) : TimeSpan.Zero;
        (_policy, TimeSpan delay, _) = _policy.Died(lived, _time.GetElapsedTime(0), Random.Shared.NextDouble(), SystemBeside.NoLimit);
        string sentence = $"this node's part of the cluster {(_startedAt is null ? "is not there" : "has ended")}: {why}; it is made anew {Sentences.In(delay)}. What this node relays is not touched";
        _startedAt = null; // who does not even begin next time has not lived at all
        _log.Warning("{Sentence}", sentence);
        Context.System.EventStream.Publish(new RelayEvent(EventSeverity.Warning, EventKind.ClusterState, sentence));
        _state = _state with { Restarts = _state.Restarts + 1 };
        Become("waiting", why);
        Timers.StartSingleTimer(nameof(StartAgain), new StartAgain(), delay);
    }

    private void Become(string state, string? why)
    {
        _state = new ClusterMessages.SystemState(state, why, _state.Restarts, _time.GetUtcNow());
        Context.Parent.Tell(_state);
    }

    private static string WhyEnded(ActorSystem system) => CoordinatedShutdown.Get(system).ShutdownReason switch
    {
        CoordinatedShutdown.ClusterDowningReason => "another node was told that this one is down",
        CoordinatedShutdown.ClusterLeavingReason => "it has left in order",
        null or CoordinatedShutdown.ActorSystemTerminateReason => "it was terminated",
        { } reason when reason.GetType().Name.StartsWith("TlsHandshake", StringComparison.Ordinal) => "a TLS handshake with a node that it dialled has failed, which ends all of Akka.Remote; whom it refused is in the line before",
        { } reason => reason.GetType().Name,
    };

    private sealed record StartAgain;

    private sealed record Started(ClusterParts? Made, string? Problem);

    private sealed record Ended(ActorSystem System, string Why);

    private sealed record LeaveOverdue;

    private sealed record LookForRenewal;

    private sealed record Renewal(CertificateFiles Of, IReadOnlyCollection<string>? Problems);
}

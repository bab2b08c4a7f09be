using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Configuration;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Cluster.Member;

/// <summary>
/// <c>/user/member</c> of the cluster's ActorSystem: finds the others and tells the owner how the cluster is. What to do is <see cref="IslandState"/>'s decision. Nobody is joined
/// before a handshake by the probe has succeeded: a handshake that fails under Akka ends the whole ActorSystem.
/// </summary>
internal sealed class MembershipActor : UntypedActor, IWithTimers
{
    public const string Name = "member";

    /// <summary>How often others are looked for by who has none.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>And by who is a member: so many intervals.</summary>
    private const int Calm = 4;

    /// <summary>Of one that is not asked anyway.</summary>
    private static readonly TimeSpan AskBackInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The view of the cluster comes a little after its events.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(20);

    private readonly IActorRef _owner;
    private readonly IActorRef _maker;
    private readonly Func<HostPort, Task<string?>> _probe;
    private readonly MovesMemory _moves;
    private readonly TimeProvider _time;
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly HashSet<string> _asked = [];
    private readonly long _start;
    private IslandState _state;
    private HeldBackState _heldBack = new();
    private MemberMessages.View? _told;
    private int _looks;
    private bool _hasMoved;

    /// <param name="probe">null: it may be dialled; else a sentence that says why not.</param>
    public MembershipActor(IActorRef owner, IActorRef maker, ImmutableArray<HostPort> seeds, Func<HostPort, Task<string?>> probe, MovesMemory moves, TimeProvider time)
    {
        _owner = owner;
        _maker = maker;
        _probe = probe;
        _moves = moves;
        _time = time;
        _start = time.GetTimestamp();
        Address self = _cluster.SelfAddress;
        _state = new IslandState(Unique(_cluster.SelfUniqueAddress), [.. seeds.Select(s => $"{self.WithHost(s.Host).WithPort(s.Port)}").Where(s => s != $"{self}")], TimeSpan.Zero) { Hold = moves.Hold };
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, typeof(ClusterEvent.IClusterDomainEvent));
        Context.System.EventStream.Subscribe(Self, typeof(ThisActorSystemQuarantinedEvent));
        Timers.StartPeriodicTimer(nameof(Look), new Look(), TimeSpan.Zero, Interval);
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Look:
                Refresh();
                if (_state.Members is null || _looks++ % Calm == 0)
                    Apply(_state.Look(Now));
                break;
            case Heard heard:
                _asked.Remove(heard.Seed);
                Apply(_state.Heard(heard.Seed, heard.Island, heard.Problem, Now));
                break;
            case Knock:
                Island own = _state.Own;
                Sender.Tell(new Knocked(own.Self, [.. own.Members]));
                AskBack();
                break;
            case ThisActorSystemQuarantinedEvent quarantined:
                _maker.Tell(new MemberMessages.BeginAnew($"this node was struck off while it could not be reached, says {quarantined.RemoteAddress}"));
                break;
            case MemberMessages.Leave:
                _cluster.Leave(_cluster.SelfAddress);
                break;
            case MemberMessages.Down down:
                _cluster.Down(Address.Parse(down.Address));
                break;
            case ClusterEvent.IClusterDomainEvent or ClusterEvent.CurrentClusterState:
                if (!Timers.IsTimerActive(nameof(Refreshed)))
                    Timers.StartSingleTimer(nameof(Refreshed), new Refreshed(), Settle);
                break;
            case AskedBack:
                break;
            case Refreshed:
                Refresh();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private void Apply((IslandState Next, ImmutableArray<IslandEffect> Effects) decision)
    {
        _state = decision.Next;
        foreach (IslandEffect effect in decision.Effects)
        {
            switch (effect)
            {
                case IslandEffect.Knock knock:
                    Ask(knock.Seed);
                    break;
                case IslandEffect.Join join:
                    _cluster.Join(Address.Parse(join.Address));
                    break;
                case IslandEffect.Found:
                    _cluster.Join(_cluster.SelfAddress);
                    break;
                case IslandEffect.Move move:
                    if (!_hasMoved)
                        _moves.Moved(_time.GetElapsedTime(0));
                    _hasMoved = true; // it is decided again until this system has ended
                    _maker.Tell(new MemberMessages.BeginAnew(move.Why));
                    break;
            }
        }

        Tell();
    }

    private void Ask(string seed)
    {
        if (_asked.Add(seed))
            AskAsync(Context.ActorSelection($"{seed}/user/{Name}"), Address.Parse(seed), _state.Own).PipeTo(Self, success: answer => new Heard(seed, answer.Island, answer.Problem), failure: e => new Heard(seed, null, e.Message));
    }

    /// <summary>Who knocks is asked himself, where he really is: what he says of it is a claim. Seeds that are no members are asked anyway, others once in a while.</summary>
    private void AskBack()
    {
        Address sender = Sender.Path.Address;
        string address = $"{sender}";
        if (sender.Host is null || sender.Port is null || _state.Asks(address) || Timers.IsTimerActive(address))
            return;
        Timers.StartSingleTimer(address, new AskedBack(), AskBackInterval);
        Ask(address);
    }

    private async Task<(Island? Island, string? Problem)> AskAsync(ActorSelection member, Address address, Island own)
    {
        if (await _probe(new HostPort(address.Host!, address.Port!.Value)).ConfigureAwait(false) is { } problem)
            return (null, problem);
        try
        {
            Knocked answer = await member.Ask<Knocked>(new Knock(own.Self, [.. own.Members]), AnswerTimeout).ConfigureAwait(false);
            return (new Island(answer.Self, [.. answer.Members]), null);
        }
        catch (AskTimeoutException)
        {
            return (null, $"there is something at {address.Host}:{address.Port}, and it does not answer as '{own.Self.Split('@')[0]}' at that very address: is it of another cluster (mcr.cluster.name), does it advertise another address, is it just starting?");
        }
    }

    private void Refresh()
    {
        ClusterEvent.CurrentClusterState state = _cluster.State;
        ClusterMember[] members = [.. state.Members.Select(m => Of(m, isReachable: !state.Unreachable.Contains(m)))];
        (_heldBack, ImmutableArray<string> down) = _heldBack.Look(members, Now);
        foreach (string address in down)
            _cluster.Down(Address.Parse(address));
        _state = _state.Joined(Island.MembersOf(members), members.Where(m => !m.IsReachable).Select(m => m.Unique).ToHashSet());
        Tell(members);
    }

    private void Tell(IReadOnlyCollection<ClusterMember>? members = null)
    {
        var view = new MemberMessages.View(
            _state.Members is not null,
            members is null ? _told?.Members ?? [] : [.. members.OrderBy(m => m.Unique, StringComparer.Ordinal)],
            _state.Answers.Where(a => a.Value.Problem is not null && _state.Seeds.Contains(a.Key)).ToImmutableSortedDictionary(a => a.Key, a => a.Value.Problem!));
        if (_told is { } told && told.IsMember == view.IsMember && told.Members.SequenceEqual(view.Members) && told.Problems.SequenceEqual(view.Problems))
            return;
        _told = view;
        _owner.Tell(view);
    }

    private static ClusterMember Of(Akka.Cluster.Member member, bool isReachable) => new(
        MemberRoles.NodeOf(member.Roles) ?? $"{member.Address}",
        $"{member.Address}",
        member.UniqueAddress.Uid,
        $"{member.Status}",
        isReachable,
        MemberRoles.VersionOf(member.Roles) ?? "");

    private static string Unique(UniqueAddress address) => $"{address.Address}#{address.Uid}";

    private sealed record Look;

    private sealed record AskedBack;

    private sealed record Refreshed;

    private sealed record Heard(string Seed, Island? Island, string? Problem);
}

using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Cluster.Member;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Control;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Actors.Legs;
using Mcr.Actors.Redundancy;
using Mcr.Native.Kernel;

namespace Mcr.Actors.Cluster;

/// <summary>
/// <c>/user/cluster</c>, in the relay's ActorSystem: what this node has to do with others. Requests for other nodes come here, and what the cluster says of itself. Its children own
/// the ActorSystem of the cluster and the rules of all.
/// </summary>
internal sealed partial class ClusterActor : UntypedActor, IWithTimers
{
    /// <summary>Longer than another node, or the actor of the rules, takes to answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Who asks for the status wants to know what is wrong: the actor of the rules, which may wait for a silent relay, is not waited for longer.</summary>
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(1.5);

    /// <summary>Longer than the relay takes to answer any command.</summary>
    private static readonly TimeSpan RelayPatience = TimeSpan.FromSeconds(10);

    /// <summary>Longer than the door waits for another node; it does not answer when it has just ended.</summary>
    private static readonly TimeSpan DoorPatience = DoorActor.Patience + TimeSpan.FromSeconds(1);

    /// <summary>With the one before, shorter than who asks here waits for the answer.</summary>
    private static readonly TimeSpan KeepPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ClusterOptions _options;
    private readonly IActorRef _relay;
    private readonly IActorRef _rules;
    private readonly IActorRef _system;
    private MembersState _members;
    private MemberMessages.View _view = new(false, [], ImmutableSortedDictionary<string, string>.Empty);
    private ClusterMessages.SystemState _state;
    private ImmutableSortedDictionary<string, NodeReport> _reports = ImmutableSortedDictionary.Create<string, NodeReport>(StringComparer.Ordinal);
    private ImmutableSortedDictionary<string, string> _refused = ImmutableSortedDictionary<string, string>.Empty;
    private ImmutableDictionary<string, DriftState> _drifts = ImmutableDictionary<string, DriftState>.Empty;

    /// <summary>When this node's part of the cluster has ended by itself, or could not begin; null: it is there, or was told to leave.</summary>
    private DateTimeOffset? _endedAt;
    private NodeReport _said = NodeReport.None;
    private readonly HashSet<(string Seed, string Problem)> _toldOfSeeds = [];

    /// <summary>Questions of the last round that are still open: who is slow is not asked more and more.</summary>
    private int _open;

    public ClusterActor(ClusterOptions options, IActorRef relay, ClusterRulesFile? file)
    {
        _options = options;
        _relay = relay;
        _members = new MembersState(options.Node);
        _state = new ClusterMessages.SystemState("starting", null, 0, options.Time.GetUtcNow());
        _rules = Context.ActorOf(Props.Create(() => new ClusterRulesActor(relay, file, options.Node, options.Time, RelayPatience)), "rules");
        _redundancy = Context.ActorOf(Props.Create(() => new RedundancyActor(options.Node, options.Time)), "redundancy");
        _legs = Context.ActorOf(Props.Create(() => new LegsActor(options, relay, ClockState.Read)), "legs");
        _system = Context.ActorOf(Props.Create(() => new ClusterSystemActor(options, options.Time)), "system");
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (_options.IsPlain)
            _log.Warning("mcr.cluster: everything between hosts goes in plain text, and whoever can connect to {Place} can give orders{Why}", _options.Settings.Address, _options.Settings.Insecure ? " (insecure = on)" : " (only from this host: it is a loopback address)");
        _options.Gate.OpenCluster(Self, _options.Node);
        Context.System.EventStream.Subscribe(Self, typeof(RedundancyMessages.Known));
        Timers.StartPeriodicTimer(nameof(Report), new Report(), ReportInterval, ReportInterval);
    }

    protected override void PostStop() => _options.Gate.CloseCluster();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterMessages.Handle handle:
                Handle(handle.Request, handle.Peer);
                break;
            case MemberMessages.View view:
                See(view);
                break;
            case ClusterMessages.SystemState state:
                Become(state);
                break;
            case LegMessages.Rules:
                _legs.Forward(message);
                break;
            case LegMessages.GetRules:
                _rules.Forward(message);
                break;
            case MemberMessages.Shard:
                _rules.Forward(message);
                break;
            case MemberMessages.Replicate or MemberMessages.Recall:
                _state.Replica?.Tell(message);
                break;
            case MemberMessages.Reported reported:
                _reports = reported.Report.IsForgotten ? _reports.Remove(reported.Node) : _reports.SetItem(reported.Node, reported.Report);
                TellOthers();
                break;
            case ClusterMessages.Refusals refusals:
                _refused = refusals.Refused;
                break;
            case Report when _open > 0:
                break;
            case Report:
                _open = 2;
                ReportSource.CollectAsync(_relay, _options.Version, Patience).PipeTo(Self, failure: _ => new NoReport());
                _rules.Ask<ClusterMessages.Summary>(new ClusterMessages.Summarize(_reports), Patience).PipeTo(Self, failure: _ => new NoReport());
                break;
            case NoReport:
                _open--;
                break;
            case NodeReport report:
                _open--;
                Publish(report.Refusing(_refused) with { At = _options.Time.GetUtcNow(), Redundancy = _redundant, Legs = _begunAndEnded, Clock = _clock });
                break;
            case ClusterMessages.Summary summary:
                _open--;
                Judge(summary);
                break;
            case ClusterMessages.Stop:
                _system.Forward(message);
                break;
            default:
                HandleRedundancy(message);
                break;
        }
    }

    private void Handle(ControlRequest request, ControlPeer peer)
    {
        switch (request)
        {
            case { Node: { } node }:
                Send(node, request with { Node = null }, peer);
                break;
            case ControlRequest.ClusterStatus:
                _rules.Ask<ClusterMessages.Summary>(new ClusterMessages.Summarize(_reports), StatusPatience)
                    .PipeTo(Sender, Self, Status, e => e is AskTimeoutException ? Status(ClusterMessages.Summary.Unknown) : new ControlResponse.Error(e.Message));
                break;
            case ControlRequest.ClusterRules:
                Ask<ControlResponse>(_rules, new ClusterMessages.ListRules(_reports), answer => answer);
                break;
            case ControlRequest.ClusterLeave:
                _system.Tell(new MemberMessages.Leave());
                Sender.Tell(new ControlResponse.Success("this node leaves the cluster, and relays on what it has; mcrctl cluster join brings it back"));
                break;
            case ControlRequest.ClusterJoin:
                _system.Forward(new ClusterMessages.Join());
                break;
            case ControlRequest.ClusterDown down:
                Sender.Tell(Down(down.Member ?? ""));
                break;
            case ControlRequest.ClusterForget { Member: { } member } when _members.Find(member) is not null:
                Sender.Tell(new ControlResponse.Error($"node {member} is part of the cluster; stop its mcrd, and if it cannot be reached, mcrctl cluster down {member} first"));
                break;
            case ControlRequest.ClusterForget forget:
                Forget(forget.Member ?? "", peer);
                break;
            case ControlRequest.ClusterLeg leg:
                _legs.Forward(new LegMessages.Handle(leg, peer.Node ?? ""));
                break;
            case ControlRequest.ClusterTakeover or ControlRequest.ClusterDrain or ControlRequest.ClusterYield:
                HandleRedundancy(request, peer);
                break;
            default:
                Sender.Tell(new ControlResponse.Error("this is not a request about the cluster"));
                break;
        }
    }

    /// <summary>Its rules, and what it said of itself.</summary>
    private void Forget(string node, ControlPeer peer)
    {
        bool wasKnown = _reports.ContainsKey(node);
        _reports = _reports.Remove(node);
        _drifts = _drifts.Remove(node);
        _state.Replica?.Tell(new MemberMessages.Erase(node));
        Ask<ControlResponse>(_rules, new ClusterMessages.Forget(node, peer.Who), answer => wasKnown && answer is ControlResponse.Error ? new ControlResponse.Success($"node {node} is forgotten; it had no rules") : answer);
    }

    /// <summary>To a node that can be reached; to another one, rules wait here.</summary>
    private void Send(string node, ControlRequest request, ControlPeer peer)
    {
        if (_state.Door is { } door && _members.Find(node) is { IsReachable: true } member)
        {
            var forward = new Forward(_options.Node, peer.Who, peer.MayChange, Packed.Of(RequestCodec.Encode(request)));
            IActorRef rules = _rules;
            SendAsync(door, rules, new MemberMessages.Send(member.Address, node, forward), request, peer).PipeTo(Sender, Self);
        }
        else if (_members.Find(node) is null && !_reports.ContainsKey(node) && !_drifts.ContainsKey(node))
        {
            Sender.Tell(new ControlResponse.Error($"there is no node '{node}' that is known here; the cluster has {string.Join(", ", _members.Members.Keys.Union(_reports.Keys).Order(StringComparer.Ordinal))}") { IsForNobody = true });
        }
        else
        {
            LeaveAsync(_rules, node, request, peer, $"node {node} cannot be reached").PipeTo(Sender, Self);
        }
    }

    private static async Task<ControlResponse> SendAsync(IActorRef door, IActorRef rules, MemberMessages.Send send, ControlRequest request, ControlPeer peer)
    {
        try
        {
            Forwarded answer = await door.Ask<Forwarded>(send, DoorPatience).ConfigureAwait(false);
            return ResponseCodec.Decode(Packed.Open(answer.Response, ControlProtocol.MaxResponseBytes));
        }
        catch (InvalidDataException e)
        {
            return new ControlResponse.Error($"node {send.Node} has answered something that this version does not understand: {e.Message}") { IsUnknown = true };
        }
        catch (TimeoutException e)
        {
            return new ControlResponse.Error($"{e.Message}; it may still do what was asked: look before you ask again") { IsUnknown = true };
        }
        catch (Exception e) when (e is InvalidOperationException or AskTimeoutException)
        {
            return await LeaveAsync(rules, send.Node, request, peer, e.Message).ConfigureAwait(false);
        }
    }

    /// <summary>It may have done it already: then it says the same twice, which is one.</summary>
    private static async Task<ControlResponse> LeaveAsync(IActorRef rules, string node, ControlRequest request, ControlPeer peer, string why)
    {
        if (request is not (ControlRequest.Add or ControlRequest.Remove or ControlRequest.ChangeRules))
            return new ControlResponse.Error(why);
        try
        {
            return await rules.Ask<ControlResponse>(new ClusterMessages.Leave(node, request, peer.Who), KeepPatience).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return new ControlResponse.Error($"{why}, and this node was too busy to keep the change for it") { IsUnknown = true };
        }
    }

    private ControlResponse Down(string node)
    {
        if (_members.Find(node) is not { } member)
            return new ControlResponse.Error($"the cluster has no node '{node}'; it has {string.Join(", ", _members.Members.Keys)}");
        if (member.IsReachable)
            return new ControlResponse.Error($"node {node} can be reached, so that it would only be sent away and come back; tell it to leave: mcrctl --node {node} cluster leave");
        _state.Member?.Tell(new MemberMessages.Down(member.Address));
        return new ControlResponse.Success($"node {node} is not waited for any more; if it lives, it comes back as a new one. Its rules are kept (mcrctl cluster forget {node} drops them)");
    }

    private void See(MemberMessages.View view)
    {
        if (view.IsMember && !_view.IsMember)
            _log.Info("this node is a member of cluster {Cluster}", _options.Settings.Name);
        foreach ((string seed, string problem) in view.Problems)
        {
            if (_toldOfSeeds.Add((seed, problem))) // what alternates for months is said once
                _log.Warning("seed {Seed} is not there: {Why}", seed, problem);
        }

        _toldOfSeeds.RemoveWhere(told => !view.Problems.ContainsKey(told.Seed));
        _view = view;
        (_members, ImmutableArray<RelayEvent> news) = _members.Become(view.Members, _options.Time.GetUtcNow());
        foreach (RelayEvent story in news)
            Tell(story);

        _state.Replica?.Tell(new MemberMessages.Listen([.. _members.Members.Keys]));
        TellOthers();
    }

    private void Become(ClusterMessages.SystemState state)
    {
        if (state.State == "left")
            _endedAt = null;
        else if (state.Restarts > _state.Restarts)
            _endedAt ??= state.Since;
        _state = state;
        if (state.Replica is not { } replica)
        {
            _view = new MemberMessages.View(false, [], ImmutableSortedDictionary<string, string>.Empty);
            _members = _members.Forget();
            TellOthers();
            return;
        }

        if (_endedAt is { } ended)
            Tell(new RelayEvent(EventSeverity.Info, EventKind.ClusterState, string.Create(CultureInfo.InvariantCulture, $"this node's part of the cluster is there again, after {(state.Since - ended).TotalSeconds:0.0} s")));
        _endedAt = null;
        _rules.Tell(new ClusterRulesActor.Replay());
        if (_said != NodeReport.None)
            replica.Tell(new MemberMessages.Publish(_said));
    }

    private void Publish(NodeReport report)
    {
        if (report.SaysTheSameAs(_said))
            return;
        _said = report;
        _reports = _reports.SetItem(_options.Node, report);
        _state.Replica?.Tell(new MemberMessages.Publish(report));
    }

    /// <summary>Whether each node runs what it should, as far as it is known what that is.</summary>
    private void Judge(ClusterMessages.Summary summary)
    {
        if (!summary.IsKnown)
            return;
        foreach (string node in summary.Hashes.Keys.Union(_reports.Keys))
        {
            DriftState drift = _drifts.GetValueOrDefault(node) ?? new DriftState(node);
            string? wanted = summary.HashOf(node);
            bool isKnown = wanted is not null && _members.Find(node) is { IsReachable: true } && _reports.ContainsKey(node);
            (DriftState next, RelayEvent? news) = drift.Look(isKnown ? _reports[node].RulesetHash : null, wanted ?? "", _options.Time.GetUtcNow());
            _drifts = _drifts.SetItem(node, next);
            if (news is not null)
                Tell(news);
        }
    }

    private void Tell(RelayEvent news) => Context.System.EventStream.Tell(_log, news);

    private ControlResponse.ClusterStatus Status(ClusterMessages.Summary summary) =>
        new(ClusterViews.Status(_options.Settings.Name, _options.Node, _state, _view, _members, _reports, _drifts, summary) with { Redundant = _entries.IsEmpty ? null : [.. _entries.Values.OrderBy(e => e.RuleId, StringComparer.Ordinal)], Legs = _legEntries.IsEmpty ? null : _legEntries });

    private void Ask<T>(IActorRef whom, object question, Func<T, ControlResponse> answer) =>
        whom.Ask<T>(question, Patience).PipeTo(Sender, Self, answer, e => new ControlResponse.Error(e is AskTimeoutException ? "this node is busy with the rules of the cluster; try again in a moment" : e.Message));

    private sealed record Report;

    private sealed record NoReport;
}

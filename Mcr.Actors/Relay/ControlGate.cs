using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Mcr.Actors.Audit;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Native.Logging;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>
/// Between the control socket, which is opened before anything else so that a second mcrd is refused at once, and the
/// <see cref="ControlActor"/>, which comes later and may be restarted. Every request passes here, so here it is decided whether this one may ask for it,
/// and here it is noted down what was changed. Thread-safe.
/// </summary>
public sealed class ControlGate
{
    /// <summary>Longer than the relay takes to answer any command.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Longer than another node takes to answer, and this one to find out that it does not.</summary>
    private static readonly TimeSpan ClusterPatience = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private volatile IActorRef? _actor;
    private volatile IActorRef? _cluster;
    private volatile string? _node;
    private volatile ImmutableDictionary<RuleId, RedundancyEntry> _redundant = ImmutableDictionary<RuleId, RedundancyEntry>.Empty;
    private IActorRef? _files;
    private ImmutableHashSet<IActorRef> _beside = [];
    private bool _hasHangup;
    private DenialLimit _denials = new();

    /// <summary>Ends mcrd and leaves its workers; null where nobody can.</summary>
    public Action? OnLeave { get; set; }

    /// <summary>SIGHUP has the files read now (null), and what became of it.</summary>
    public Action<ControlResponse?>? OnReload { get; set; }

    /// <summary>By which it is judged what is too often.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The levels of the log, which a request may change.</summary>
    public LogControl Log { get; init; } = new(LogLevels.Default);

    /// <summary>null: nothing is noted down.</summary>
    public AuditLog? Audit { get; set; }

    public async Task<ControlResponse> HandleAsync(ControlRequest request, ControlPeer peer, CancellationToken cancellation)
    {
        using Activity? span = ControlTraces.Begin(request, peer);
        ControlResponse response = await DecideAsync(request, peer, cancellation).ConfigureAwait(false);
        ControlTraces.Note(span, response);
        return response;
    }

    /// <summary>The redundant rules of this node, as they were known last.</summary>
    internal ImmutableDictionary<RuleId, RedundancyEntry> Redundant
    {
        get => _redundant;
        set => _redundant = value;
    }

    /// <summary>SIGHUP came; one that comes while mcrd is starting is obeyed then.</summary>
    public void Hangup()
    {
        lock (_lock)
        {
            if (_files is null)
                _hasHangup = true;
            else
                _files.Tell(new ConfigActor.Hangup());
        }
    }

    internal bool Leave()
    {
        OnLeave?.Invoke();
        return OnLeave is not null;
    }

    /// <summary>What mcrd did by itself.</summary>
    internal void Note(string via, ControlResponse response) => Audit?.Write(AuditEntry.Of(null, via, response, Audit.Now));

    internal void Open(IActorRef actor) => _actor = actor;

    internal void Close() => _actor = null;

    /// <summary>Where requests for other nodes go.</summary>
    /// <param name="node">This one.</param>
    internal void OpenCluster(IActorRef cluster, string node)
    {
        _node = node;
        _cluster = cluster;
    }

    internal void CloseCluster() => _cluster = null;

    /// <summary>The owners of ActorSystems beside the relay's.</summary>
    internal ImmutableHashSet<IActorRef> Beside
    {
        get
        {
            lock (_lock)
                return _beside;
        }
    }

    internal void OpenBeside(IActorRef owner)
    {
        lock (_lock)
            _beside = _beside.Add(owner);
    }

    internal void CloseBeside(IActorRef owner)
    {
        lock (_lock)
            _beside = _beside.Remove(owner);
    }

    internal void OpenFiles(IActorRef files)
    {
        lock (_lock)
        {
            _files = files;
            if (_hasHangup)
                files.Tell(new ConfigActor.Hangup());
            _hasHangup = false;
        }
    }

    internal void CloseFiles()
    {
        lock (_lock)
            _files = null;
    }

    /// <summary>Whether it may be asked for, its answer, and what is noted down.</summary>
    private async Task<ControlResponse> DecideAsync(ControlRequest request, ControlPeer peer, CancellationToken cancellation)
    {
        if (request.Node is { } node && node == _node)
            request = request with { Node = null };
        request = request with { OfOtherNode = peer.Node is null ? null : _node ?? "" };
        if (request is ControlRequest.ClusterLeg && peer.Node is null)
            return new ControlResponse.Error("only the mcrd of another node may ask for the key of a leg");
        if (ControlAccess.OnlyAsks(request))
            return await AskAsync(request, peer, cancellation).ConfigureAwait(false);
        if (!peer.MayChange)
            return Deny(request, peer);
        ImmutableSortedDictionary<string, ControlRequest> others = request is { Node: null, OfOtherNode: null } && _cluster is not null && _node is { } self
            ? Spread.Of(request, self, Redundant.Values.ToArray())
            : ImmutableSortedDictionary<string, ControlRequest>.Empty;
        ControlResponse response = await AskAsync(request, peer, cancellation).ConfigureAwait(false);
        if (response is ControlResponse.Success done && !others.IsEmpty)
            response = await SpreadAsync(done, others, peer, cancellation).ConfigureAwait(false);
        if (peer.Pid != Environment.ProcessId) // not what mcrd tries itself when it starts
            Note(request, peer, response);
        return response;
    }

    /// <summary>Done here, and to be done by others, who have a say of their own in it.</summary>
    private async Task<ControlResponse> SpreadAsync(ControlResponse.Success done, ImmutableSortedDictionary<string, ControlRequest> others, ControlPeer peer, CancellationToken cancellation)
    {
        ControlResponse[] answers = await Task.WhenAll(others.Values.Select(request => AskAsync(request, peer, cancellation))).ConfigureAwait(false);
        IEnumerable<string> sentences = others.Keys.Zip(answers, (node, answer) => answer switch
        {
            ControlResponse.Success other => $"node {node}: {other.Sentence}",
            ControlResponse.Error { IsForNobody: true } => $"node {node} is not known here yet; give it the rule when it is there",
            ControlResponse.Error error => $"node {node} does NOT have it: {string.Join("; ", error.Problems.Select(p => p.Sentence))}",
            _ => $"node {node}: done",
        });
        string all = string.Join(". ", sentences.Prepend(done.Sentence));
        return answers.Any(answer => answer is ControlResponse.Error { IsForNobody: false }) ? new ControlResponse.Error(all) : done with { Sentence = all };
    }

    private ControlResponse.Error Deny(ControlRequest request, ControlPeer peer)
    {
        Denial denial;
        lock (_lock)
            (_denials, denial) = _denials.Denied(peer.Who, Time.GetElapsedTime(0));
        string who = peer.Who;
        string unnoted = denial.Unnoted > 0 ? $" ({denial.Unnoted} more of its requests were denied since the last entry)" : "";
        string sentence = denial.IsTooMany
            ? $"{who} may not change anything and has asked for it more than {DenialLimit.Most} times within {DenialLimit.Window.TotalSeconds:0} s: each further time its connection is closed, and nothing else is noted down of it. Questions are answered as ever"
            : $"{who} may ask, but not change anything: {(peer.IsConsole ? "that takes a certificate whose name is in mcr.console.admins" : "that takes root, or a member of control.group (this one is in control.read-only-group only)")}";
        if (denial.IsNoted)
            Note(request, peer, new ControlResponse.Error(sentence + unnoted));
        return new ControlResponse.Error(sentence) { IsLast = denial.IsTooMany };
    }

    private void Note(ControlRequest request, ControlPeer peer, ControlResponse response)
    {
        if (Audit is { } audit)
            audit.Write(AuditEntry.Of(peer, peer.Via, response, audit.Now, request, isDenied: !peer.MayChange));
    }

    private async Task<ControlResponse> AskAsync(ControlRequest request, ControlPeer peer, CancellationToken cancellation)
    {
        bool isOfCluster = request is { Node: not null } or ControlRequest.ClusterStatus or ControlRequest.ClusterRules or ControlRequest.ClusterLeave or ControlRequest.ClusterJoin or ControlRequest.ClusterDown or ControlRequest.ClusterForget or ControlRequest.ClusterTakeover or ControlRequest.ClusterDrain or ControlRequest.ClusterYield or ControlRequest.ClusterLeg;
        if (isOfCluster && _cluster is null)
            return new ControlResponse.Error("this mcrd is not one of several: mcr.cluster.enabled is off");
        if ((isOfCluster ? _cluster : _actor) is not { } actor)
            return new ControlResponse.Error("mcrd is just starting or stopping; try again in a moment");
        TimeSpan patience = isOfCluster ? ClusterPatience : Patience;
        using Activity? span = ControlTraces.BeginAsking(request.Node is { } node ? $"node {node}" : isOfCluster ? "cluster" : "relay");
        try
        {
            return isOfCluster
                ? await actor.Ask<ControlResponse>(new ClusterMessages.Handle(request, peer), patience, cancellation).ConfigureAwait(false)
                : await actor.Ask<ControlResponse>(request, patience, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return new ControlResponse.Error($"mcrd did not answer within {patience.TotalSeconds:0} s; its log says what it is busy with") { IsUnknown = true };
        }
    }
}

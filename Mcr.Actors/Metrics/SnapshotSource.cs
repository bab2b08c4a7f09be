using System.Collections.Immutable;
using Mcr.Actors.Control;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Metrics;

/// <summary>
/// Asks the relay what it would answer a user who may only ask, and keeps the last answers. Who asks while others do waits for the same answers: however
/// many ask, the actors are asked once at a time. Thread-safe.
/// </summary>
/// <param name="isInCluster">Whether there is a cluster to ask for.</param>
public sealed class SnapshotSource(ControlGate gate, bool isInCluster)
{
    /// <summary>Of one question; what is not answered in it is missing, and the rest is there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>May only ask.</summary>
    private static readonly ControlPeer Reader = ControlPeer.OfMcrd() with { MayChange = false };

    private readonly Lock _lock = new();
    private volatile RelaySnapshot _current = RelaySnapshot.Empty;
    private Task<RelaySnapshot>? _asking;

    /// <summary>As of the last answers.</summary>
    public RelaySnapshot Current => _current;

    /// <returns>As of now.</returns>
    /// <exception cref="OperationCanceledException">by <paramref name="abort"/>, which ends the wait, not the asking: others may wait, too.</exception>
    public Task<RelaySnapshot> TakeAsync(CancellationToken abort)
    {
        lock (_lock)
        {
            if (_asking is not { IsCompleted: false })
                _asking = AskAsync();
            return _asking.WaitAsync(abort);
        }
    }

    private async Task<RelaySnapshot> AskAsync()
    {
        (string What, ControlRequest Request)[] questions =
        [
            ("rules", new ControlRequest.ListRules()),
            ("stats", new ControlRequest.Stats()),
            ("workers", new ControlRequest.ListWorkers()),
            ("interfaces", new ControlRequest.Interfaces()),
            ("version", new ControlRequest.Version()),
            .. isInCluster ? [("cluster", new ControlRequest.ClusterStatus())] : Array.Empty<(string, ControlRequest)>(),
        ];
        ControlResponse[] answers = await Task.WhenAll(questions.Select(q => AskAsync(q.Request))).ConfigureAwait(false);
        RelaySnapshot snapshot = answers.Aggregate(RelaySnapshot.Empty, With) with
        {
            Missing = questions.Zip(answers).Where(pair => pair.Second is ControlResponse.Error).ToImmutableSortedDictionary(pair => pair.First.What, pair => Sentence((ControlResponse.Error)pair.Second)),
        };
        _current = snapshot;
        return snapshot;
    }

    private async Task<ControlResponse> AskAsync(ControlRequest request)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            return await gate.HandleAsync(request, Reader, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new ControlResponse.Error($"the relay did not answer within {Patience.TotalSeconds:0} s");
        }
    }

    private static RelaySnapshot With(RelaySnapshot snapshot, ControlResponse answer) => answer switch
    {
        ControlResponse.Rules rules => snapshot with { Rules = rules.Entries },
        ControlResponse.Stats stats => snapshot with { Stats = stats.Entries },
        ControlResponse.Workers workers => snapshot with { Workers = workers.Entries },
        ControlResponse.Interfaces interfaces => snapshot with { Interfaces = interfaces.Entries },
        ControlResponse.Version version => snapshot with { Version = version.Entry },
        ControlResponse.ClusterStatus cluster => snapshot with { Cluster = cluster.Entry },
        _ => snapshot,
    };

    private static string Sentence(ControlResponse.Error error) => string.Join("; ", error.Problems.Select(p => p.Sentence));
}

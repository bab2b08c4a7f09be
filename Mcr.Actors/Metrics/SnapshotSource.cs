using System.Collections.Immutable;
using Mcr.Actors.Control;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Metrics;

/// <summary>
/// Asks the relay what it would answer a user who may only ask, and keeps the last answers. Who asks while others do waits for the same answers: however
/// many ask and however often, the actors are asked once at a time, and a few times a second at most. Thread-safe.
/// </summary>
/// <param name="isInCluster">Whether there is a cluster to ask for.</param>
public sealed class SnapshotSource(ControlGate gate, bool isInCluster)
{
    /// <summary>Of one question; what is not answered in it is missing, and the rest is there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Answers that are not older are as good as new ones.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    /// <summary>May only ask.</summary>
    private static readonly ControlPeer Reader = ControlPeer.OfMcrd() with { MayChange = false };

    private readonly Lock _lock = new();
    private volatile RelaySnapshot _current = RelaySnapshot.Empty;
    private Task<RelaySnapshot>? _asking;
    private long _askedAt;

    /// <summary>As of the last answers.</summary>
    public RelaySnapshot Current => _current;

    /// <returns>As of now, or of a moment ago.</returns>
    /// <exception cref="OperationCanceledException">by <paramref name="abort"/>, which ends the wait, not the asking: others may wait, too.</exception>
    public Task<RelaySnapshot> TakeAsync(CancellationToken abort)
    {
        lock (_lock)
        {
            if (_asking is null || (_asking.IsCompleted && TimeProvider.System.GetElapsedTime(_askedAt) > Fresh))
            {
                _askedAt = TimeProvider.System.GetTimestamp();
                _asking = AskAsync();
            }

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
        snapshot = WithoutUnanswered(snapshot);
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
        catch (Exception e)
        {
            return new ControlResponse.Error(e.Message); // whatever it is, who watches the relay goes on
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

    /// <summary>An interface that has not answered has no zeros, which would be taken for a new beginning; and nobody knows how its workers are.</summary>
    private static RelaySnapshot WithoutUnanswered(RelaySnapshot snapshot)
    {
        string[] silent = [.. snapshot.Stats.Where(s => s.IsUnanswered).Select(s => s.InputInterface).Distinct()];
        if (silent.Length == 0)
            return snapshot;
        string sentence = $"no answer of {string.Join(", ", silent)}";
        return snapshot with
        {
            Stats = [.. snapshot.Stats.Where(s => !s.IsUnanswered)],
            Missing = snapshot.Missing.SetItem("stats", sentence).SetItem("workers", sentence),
        };
    }

    private static string Sentence(ControlResponse.Error error) => string.Join("; ", error.Problems.Select(p => p.Sentence));
}

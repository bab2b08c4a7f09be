using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Actors.Metrics;

namespace Mcr.Host.Mcrd.Supervisor;

/// <summary>Since when each worker has not run, look by look. Immutable, pure.</summary>
internal sealed record WorkersHealth
{
    public static readonly WorkersHealth Fresh = new();

    private ImmutableDictionary<(string Interface, int Number), TimeSpan> NotRunning { get; init; } = ImmutableDictionary<(string, int), TimeSpan>.Empty;

    /// <param name="now">By a clock that nobody sets.</param>
    /// <param name="longest">A worker may take to run again.</param>
    /// <returns>What is wrong as a sentence, or null.</returns>
    public (WorkersHealth Next, string? Why) Look(RelaySnapshot snapshot, TimeSpan now, TimeSpan longest)
    {
        if (snapshot.Missing.TryGetValue("workers", out string? unanswered))
            return (this, $"its workers are not known: {unanswered}");
        WorkersHealth next = new()
        {
            NotRunning = snapshot.Workers.Where(w => w.Status != nameof(WorkerStatus.Running))
                .ToImmutableDictionary(w => (w.Interface, w.Number), w => NotRunning.GetValueOrDefault((w.Interface, w.Number), now)),
        };
        KeyValuePair<(string Interface, int Number), TimeSpan>[] lost = [.. next.NotRunning.Where(w => now - w.Value >= longest)];
        return (next, lost.Length == 0 ? null : $"worker {lost[0].Key.Number} of {lost[0].Key.Interface} has not run for {(now - lost[0].Value).TotalSeconds:0} s");
    }
}

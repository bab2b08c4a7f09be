using System.Collections.Immutable;
using Mcr.Actors.Platform;

namespace Mcr.Actors.Messages;

public enum WorkerStatus
{
    Starting,
    Running,
    Backoff,

    /// <summary>It was killed, and is not gone yet: for milliseconds, unless the kernel hangs in one of its system calls.</summary>
    Killed,
    Stopping,
}

/// <summary>A worker as lists show it.</summary>
/// <param name="Pid">0 while there is no process.</param>
/// <param name="Cores">Empty for all.</param>
/// <param name="RulesetHash">What the worker runs, 16 hex digits.</param>
/// <param name="ExpectedHash">What it is to run.</param>
/// <param name="Repairs">How often it had to be told all of that again, because it ran something else.</param>
public sealed record WorkerView(
    int Pid,
    string Interface,
    int Number,
    ImmutableArray<int> Cores,
    WorkerStatus Status,
    int Restarts,
    string RulesetHash,
    string ExpectedHash,
    WorkerSync Sync,
    int Repairs)
{
    /// <summary>Totals of its seat, over all processes that have sat there; null where they are not known.</summary>
    public WorkerCounters? Counters { get; init; }

    public TrafficView Traffic { get; init; } = TrafficView.None;
}

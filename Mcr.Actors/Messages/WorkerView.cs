using System.Collections.Immutable;

namespace Mcr.Actors.Messages;

public enum WorkerStatus
{
    Starting,
    Running,
    Backoff,
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
    int Repairs);

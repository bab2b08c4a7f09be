using System.Collections.Immutable;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>A running worker process. Disposing closes the channel, which the worker takes as being orphaned; it does not kill.</summary>
public interface IWorkerProcess : IDisposable
{
    int Pid { get; }

    /// <summary>Queues a command; never blocks. Commands are executed in order.</summary>
    void Send(WorkerCommand command);

    /// <summary>How it is now; nothing is asked of the process itself.</summary>
    WorkerHealth ReadHealth();

    /// <summary>SIGKILL.</summary>
    void Kill();
}

/// <param name="Heartbeat">Grows with every turn of the loop, at least five times a second, once there are rules.</param>
/// <param name="RulesetHash">Of the rules that the loop uses.</param>
/// <param name="IsStopped">By a signal, or a debugger.</param>
/// <param name="MemoryBytes">Resident and its own.</param>
public sealed record WorkerHealth(long Heartbeat, ulong RulesetHash, bool IsStopped, long MemoryBytes);

public abstract record WorkerCommand;

/// <summary>Hands over these egress sockets, which the port has open.</summary>
public sealed record UseSockets(ImmutableArray<int> Ids) : WorkerCommand;

/// <summary>Replaces all rules at once, between two batches; answered by <see cref="RulesApplied"/> or <see cref="RulesRefused"/>.</summary>
public sealed record UseRules(ResolvedRuleSet Rules) : WorkerCommand;

/// <summary>Replaces a few rules of many, in the same way; refused by a worker that does not run the generation that the change starts from.</summary>
public sealed record ChangeRules(ResolvedRuleChange Change) : WorkerCommand;

/// <summary>The worker closes its duplicates of these; no rule uses them any more.</summary>
public sealed record ForgetSockets(ImmutableArray<int> Ids) : WorkerCommand;

/// <summary>Take no more frames; answered by <see cref="OrderObeyed"/>. Rules are taken as ever.</summary>
public sealed record HoldWorker(long Ticket) : WorkerCommand;

/// <summary>Answered by <see cref="OrderObeyed"/> when everything is sent that had arrived before.</summary>
public sealed record DrainWorker(long Ticket) : WorkerCommand;

/// <summary>Ends a hold.</summary>
public sealed record ResumeWorker : WorkerCommand;

/// <summary>Flush and exit with code 0.</summary>
public sealed record StopWorker : WorkerCommand;

public abstract record WorkerEvent;

/// <summary>Privileges are dropped; the loop runs from the first <see cref="UseRules"/> on.</summary>
/// <param name="IsRelaying">It was adopted, and has rules.</param>
public sealed record WorkerReady(int Pid, bool IsRelaying = false) : WorkerEvent;

public sealed record RulesApplied(long Generation, ulong Hash) : WorkerEvent;

public sealed record RulesRefused(long Generation, string Why) : WorkerEvent;

public sealed record OrderObeyed(long Ticket) : WorkerEvent;

/// <summary>Always the last event. <paramref name="How"/>: <c>exit code 0</c>, <c>killed by signal 9</c>.</summary>
public sealed record WorkerExited(string How, bool Clean) : WorkerEvent;

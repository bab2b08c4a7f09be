using System.Collections.Concurrent;
using System.Collections.Immutable;
using Mcr.Actors.Platform;
using Mcr.Native.Interop;
using Mcr.Native.Worker;

namespace Mcr.Specs.Supervision;

internal sealed class FakeWorker(FakePlatform platform, int number, Action<WorkerEvent> onEvent) : IWorkerProcess
{
    public int Number => number;

    private static int _lastPid = 1000;

    public int Pid { get; private set; } = Interlocked.Increment(ref _lastPid);

    public Obedience Obedience { get; set; } = platform.Obedience;

    public ResolvedRuleSet? Rules { get; private set; }

    public ConcurrentBag<int> Sockets { get; } = [];

    /// <summary>It has been running for an earlier mcrd.</summary>
    public void GoOn(AdoptedRun run, ResolvedRuleSet rules)
    {
        Pid = run.Pid;
        Rules = rules;
        foreach (int id in run.Sockets)
            Sockets.Add(id);
    }

    public void Begin()
    {
        if (Obedience.HasFlag(Obedience.BecomeReady))
            GetReady();
    }

    public void GetReady() => onEvent(new WorkerReady(Pid));

    public void Send(WorkerCommand command)
    {
        switch (command)
        {
            case UseSockets use:
                platform.Journal.Enqueue($"sockets {string.Join(',', use.Ids)}");
                foreach (int id in use.Ids)
                    Sockets.Add(id);
                break;
            case UseRules use:
                Run(use.Rules);
                break;
            case ChangeRules { Change: var change }:
                if (Rules?.Generation != change.Base)
                    throw new InvalidOperationException($"a change of generation {change.Base} for a worker that runs {Rules?.Generation}");
                Run(new ResolvedRuleSet(change.Generation, [.. Rules.Rules.ExceptBy(change.Dropped.Concat(change.Put.Select(r => r.Counter)), r => r.Counter), .. change.Put]));
                break;
            case ForgetSockets forget:
                platform.Journal.Enqueue($"forget {string.Join(',', forget.Ids)}");
                break;
            case HoldWorker hold:
                Order($"hold {number}", hold.Ticket);
                break;
            case DrainWorker drain:
                Order($"drain {number}", drain.Ticket);
                break;
            case ResumeWorker:
                platform.Journal.Enqueue($"resume {number}");
                break;
            case StopWorker:
                platform.Journal.Enqueue("stop");
                if (Obedience.HasFlag(Obedience.Stop))
                    Exit("exit code 0", clean: true);
                break;
        }
    }

    private void Order(string what, long ticket)
    {
        platform.Journal.Enqueue(what);
        LastTicket = ticket;
        if (Obedience.HasFlag(Obedience.Obey))
            Obey();
    }

    private long LastTicket { get; set; }

    public void Obey() => onEvent(new OrderObeyed(LastTicket));

    private void Run(ResolvedRuleSet rules)
    {
        if (Interlocked.Decrement(ref platform.CrashesOnSend) >= 0)
            throw new InvalidOperationException("planted");
        if (Interlocked.Decrement(ref platform.ShortagesOnSend) >= 0)
            throw new LinuxException("memfd", Libc.EMFILE);
        platform.Journal.Enqueue($"rules {rules.Rules.Length}");
        ImmutableArray<int> unknown = [.. rules.Rules.SelectMany(r => r.Outputs).Select(o => o.Socket).Concat(rules.Rules.SelectMany(r => r.Redundancy?.Echoes ?? []).Select(e => e.Socket)).Except(Sockets)];
        if (!unknown.IsEmpty)
            throw new InvalidOperationException($"rules use sockets that were not handed over: {string.Join(',', unknown)}");
        Rules = rules;
        if (Obedience.HasFlag(Obedience.ApplyRules))
            Apply();
    }

    public void Apply() => onEvent(new RulesApplied(Rules!.Generation, 0));

    public void Refuse(string why) => onEvent(new RulesRefused(Rules!.Generation, why));

    public void Exit(string how, bool clean = false) => onEvent(new WorkerExited(how, clean));

    public WorkerHealth Health { get; set; } = new(0, 0, IsStopped: false, MemoryBytes: 0);

    /// <summary>A loop that turns, and uses the rules that it was given.</summary>
    public bool IsAlive { get; set; } = true;

    public WorkerHealth ReadHealth() => Health = Health with
    {
        Heartbeat = Health.Heartbeat + (IsAlive ? 1 : 0),
        RulesetHash = Drifted ?? (Rules is null ? 0 : ResolvedRuleHash.Of(Rules.Rules)),
    };

    /// <summary>What it claims to run instead.</summary>
    public ulong? Drifted { get; set; }

    /// <summary>The kernel hangs in one of its system calls.</summary>
    public bool IsImmortal { get; set; }

    public void Kill()
    {
        platform.Journal.Enqueue("kill");
        if (!IsImmortal)
            Exit("killed by signal 9");
    }

    public void Dispose() => platform.Journal.Enqueue("let go");
}

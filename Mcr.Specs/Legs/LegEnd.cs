using Mcr.Native.Egress;
using Mcr.Native.Interop;
using Mcr.Native.Loop;
using Mcr.Native.Worker;

namespace Mcr.Specs.Legs;

/// <summary>The real loop with one rule, at one end of a leg, between a source and a kernel of memory. Socket 1 is of the kind that this end needs.</summary>
internal sealed class LegEnd : IDisposable
{
    private readonly LoopWakeup _wakeup = new([]);
    private readonly EgressKind _kind;
    private readonly bool _segmentation;
    private RunningRules _running;
    private RelayLoop _loop;
    private long _generation;

    public LegEnd(ResolvedRule rule, EgressKind kind, bool segmentation = true)
    {
        (Rule, _kind, _segmentation) = (rule, kind, segmentation);
        (_running, _loop) = Begin();
    }

    public MemorySource Source { get; private set; } = new();

    public MemorySink Sink { get; } = new() { KeepPayloads = true };

    public WorkerSlot Slot { get; } = WorkerSlot.Create();

    public ResolvedRule Rule { get; private set; }

    /// <summary>In the next turn the loop has this rule in place of the one before.</summary>
    public void Use(ResolvedRule rule)
    {
        Rule = rule;
        Publish(rule);
    }

    /// <summary>In the next turn the loop has these rules alone.</summary>
    public void Publish(params ResolvedRule[] rules) => _loop.Publish(_running.Replace(new ResolvedRuleSet(++_generation, [.. rules])));

    /// <summary>The worker has died, and another begins with its slot.</summary>
    public void Restart()
    {
        _loop.Dispose();
        Source = new MemorySource();
        (_running, _loop) = Begin();
    }

    /// <summary>Until there is nothing left, nor anything that waits to leave evenly.</summary>
    public void Turn()
    {
        while (_loop.Turn() > 0)
        {
        }

        _loop.Turn(); // what is paced by the sink's clock is long due by the loop's
    }

    /// <summary>What has left since the last time.</summary>
    public byte[][] Take()
    {
        byte[][] taken = [.. Sink.Payloads];
        Sink.Payloads.Clear();
        return taken;
    }

    public void Dispose()
    {
        _loop.Dispose();
        _wakeup.Dispose();
        Slot.Dispose();
    }

    private (RunningRules Running, RelayLoop Loop) Begin()
    {
        var running = new RunningRules();
        running.Use(1, new EgressSocket(10, _kind));
        var loop = new RelayLoop([Source], Sink, Slot, _wakeup, new WorkerOptions(0, _segmentation));
        loop.Publish(running.Replace(new ResolvedRuleSet(++_generation, [Rule])));
        return (running, loop);
    }
}

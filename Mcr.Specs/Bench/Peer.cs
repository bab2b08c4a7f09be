namespace Mcr.Specs.Bench;

/// <summary>A program that is measured.</summary>
/// <param name="IsExtra">A variant of ours, measured in the key situations and at the low rates only.</param>
internal abstract record Peer(string Name, bool IsExtra = false)
{
    /// <summary>The program that must be on the PATH; null: none.</summary>
    public virtual string? Needs => null;

    /// <summary>Whether its latency alone is of interest.</summary>
    public virtual bool IsLatencyOnly => false;

    public virtual bool CanFan => true;

    /// <summary>Starts it on CPU 1 of the relay's namespace.</summary>
    public abstract RunningPeer Start(BenchTopology topology, Lab lab);

    /// <summary>How it says its version, for the report; null when it is built with this.</summary>
    public virtual (string Program, string[] Arguments)? Version => null;

    protected static RunningProcess OnRelayCpu(BenchTopology topology, string program, params IEnumerable<string> arguments) =>
        new(topology.Relay, "taskset", ["-c", $"{BenchPlan.RelayCpu}", program, .. arguments]);
}

/// <param name="Pids">Those that relay; empty when the kernel does.</param>
/// <param name="Group">Where the first output goes.</param>
/// <param name="Processes">What ends with it, in this order.</param>
internal sealed record RunningPeer(IReadOnlyList<int> Pids, string Group, int Port, params IReadOnlyList<IDisposable> Processes) : IDisposable
{
    public RunningPeer(IReadOnlyList<int> pids, params IReadOnlyList<IDisposable> processes)
        : this(pids, BenchTopology.OutputGroups(1).Single(), BenchTopology.OutputPort, processes)
    {
    }

    /// <summary>A sentence when one of its processes has ended; null while all run.</summary>
    public string? Ended() => Processes.OfType<RunningProcess>().Where(p => p.HasExited).Select(p => $"it has ended: {p.Output}").FirstOrDefault();

    public void Dispose()
    {
        foreach (IDisposable process in Processes)
            process.Dispose();
    }
}

using Mcr.Native.Worker;

namespace Mcr.Actors.Relay;

/// <summary>How frames are taken in: see <c>ingress</c> in reference.hocon.</summary>
public enum IngressMode
{
    /// <summary>The mapped ring (TPACKET_V2).</summary>
    Ring,

    /// <summary>recvmmsg(2).</summary>
    Mmsg,
}

/// <summary>UDP GRO forwarding of the input device.</summary>
public enum GroMode
{
    /// <summary>As it is.</summary>
    Leave,
    On,
    Off,
}

/// <summary>How an input interface is served; <c>mcr.interfaces.NAME</c> in HOCON, which documents each value.</summary>
public sealed record InterfaceOptions
{
    public const int MaxWorkers = 64;

    /// <summary>Worker processes, 1 to <see cref="MaxWorkers"/>.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>CPUs for the workers, one each, from the first again when there are more workers; empty: any CPU.</summary>
    public IReadOnlyList<int> Cores { get; init; } = [];

    /// <summary>Of one of the workers, as a list of at most one; empty for any CPU.</summary>
    public IReadOnlyList<int> CoresOf(int worker) => Cores.Count == 0 ? [] : [Cores[worker % Cores.Count]];

    public IngressMode Ingress { get; init; } = IngressMode.Ring;

    public GroMode Gro { get; init; } = GroMode.Leave;

    /// <summary>Never sleep.</summary>
    public bool Spin { get; init; }

    /// <summary>Workers are scheduled before ordinary programs; of no effect with <see cref="Spin"/>.</summary>
    public bool Realtime { get; init; } = true;

    /// <summary>How long a busy loop rests between batches; <see cref="WorkerOptions.CoalesceAuto"/>: as the rate allows.</summary>
    public int CoalesceMicroseconds { get; init; } = WorkerOptions.CoalesceAuto;

    /// <summary>Put IP fragments together.</summary>
    public bool Reassemble { get; init; } = true;
}

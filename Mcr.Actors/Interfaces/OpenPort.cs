using Akka.Actor;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Workers;

namespace Mcr.Actors.Interfaces;

/// <summary>What an interface has while it has rules and a device: sockets, workers, meters. Owned by its actor.</summary>
internal sealed class OpenPort(IInterfacePort port, IReadOnlyList<OpenSeat> seats, IActorRef workers, TimeProvider time)
{
    private long _sampled = time.GetTimestamp();

    public IInterfacePort Port => port;

    /// <summary>The seats that have not been left, by number.</summary>
    public List<OpenSeat> Seats { get; } = [.. seats];

    /// <summary>The parent of the workers' actors.</summary>
    public IActorRef Workers => workers;

    public RuleMeters Meters { get; } = new(port);

    /// <summary>The workers have been told to stop; everything is closed when they have.</summary>
    public bool IsClosing { get; set; }

    /// <summary>Its workers are those of an mcrd that is gone, and the first plan for them is not made yet.</summary>
    public bool IsAdopting { get; set; }

    /// <summary>null for a seat of an earlier port.</summary>
    public OpenSeat? Find(WorkerSeat seat) => Seats.Find(s => s.Seat == seat);

    public void Sample()
    {
        Meters.Sample(time.GetElapsedTime(_sampled));
        _sampled = time.GetTimestamp();
    }

    public InterfaceEvents.Report Report(InterfaceState state) => new([.. Seats.Select(s => s.View(state))], Meters.Read(state.Planned));
}

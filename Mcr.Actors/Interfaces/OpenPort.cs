using System.Collections.Immutable;
using Akka.Actor;
using Mcr.Actors.Events;
using Mcr.Actors.Feeds;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Workers;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>What an interface has while it has rules and a device: sockets, workers, meters. Owned by its actor.</summary>
internal sealed class OpenPort(IInterfacePort port, IReadOnlyList<OpenSeat> seats, IActorRef workers, AlarmSettings alarmDefaults, TimeProvider time)
{
    private readonly TrafficMeter _traffic = new(time.GetElapsedTime(0), port.ReadCounters().Traffic);

    public IInterfacePort Port => port;

    /// <summary>The seats that have not been left, by number.</summary>
    public List<OpenSeat> Seats { get; } = [.. seats];

    /// <summary>The parent of the workers' actors.</summary>
    public IActorRef Workers => workers;

    public RuleMeters Meters { get; } = new(port, time);

    public RuleAlarms Alarms { get; } = new(port, alarmDefaults, time);

    public QuerierWatch Queriers { get; } = new(port, alarmDefaults, time);

    /// <summary>The workers have been told to stop; everything is closed when they have.</summary>
    public bool IsClosing { get; set; }

    /// <summary>Its workers are those of an mcrd that is gone, and the first plan for them is not made yet.</summary>
    public bool IsAdopting { get; set; }

    /// <summary>null for a seat of an earlier port.</summary>
    public OpenSeat? Find(WorkerSeat seat) => Seats.Find(s => s.Seat == seat);

    /// <summary>For the rates, once a second.</summary>
    public void Sample()
    {
        TimeSpan at = time.GetElapsedTime(0);
        DateTimeOffset now = time.GetUtcNow();
        Meters.Sample();
        foreach (OpenSeat seat in Seats)
            seat.Traffic.Sample(at, now, seat.ReadCounters().Traffic);
        _traffic.Sample(at, now, port.ReadCounters().Traffic);
    }

    public InterfaceEvents.Report Report(InterfaceState state) => new([.. Seats.Select(s => s.View(state))], Meters.Read(state.Planned).ToImmutableDictionary(r => r.Key, r => r.Value with { Alarms = Alarms.Active(r.Key), Select = Inputs(r.Value.Rule, state) }))
    {
        Counters = port.ReadCounters(),
        Traffic = _traffic.View,
        Queriers = Queriers.Views,
    };

    private SelectView? Inputs(ForwardingRule rule, InterfaceState state) => rule.Select is { } select && Meters.Find(rule.Id) is var (index, _)
        ? InputHealth.View(rule, time.GetUtcNow(), port.ReadSelect(index, select.Mode, rule.MoreInputs.Length + 1), state.AbsentInputs(rule.Id), Alarms.LateInputs(rule.Id))
        : null;
}

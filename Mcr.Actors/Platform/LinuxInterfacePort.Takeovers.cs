using System.Net;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;
using Mcr.Native.Redundancy;

namespace Mcr.Actors.Platform;

/// <summary>Redundant rules, in the workers' slots.</summary>
public sealed partial class LinuxInterfacePort
{
    public long TakeoverClock => BootClock.Nanoseconds;

    public IReadOnlyList<Takeover> ReadTakeovers(int counter) => [.. _seats.All.Take(_seats.Count).Select(seat => seat.ReadTakeover(counter)).Where(t => t.IsInUse)];

    public bool Probe(EgressKey echo, Link link, IReadOnlyCollection<IPAddress> addresses)
    {
        bool isAsked = false;
        return _byKey.GetValueOrDefault(echo) is EchoListener listener && Try(() => isAsked = listener.Probe(link, addresses)) is null && isAsked;
    }

    public IReadOnlyCollection<ulong> TakeProbeAnswers() => [.. Echoes.SelectMany(e => e.TakeProbeAnswers())];

    public void EndProbe()
    {
        foreach (EchoListener listener in Echoes)
            listener.EndProbe();
    }

    public void AnnounceOrders()
    {
        foreach (LinuxSeat seat in _seats.All)
            seat.AnnounceOrders();
    }

    public void OrderTakeover(int counter, TakeoverOrders orders)
    {
        foreach (LinuxSeat seat in _seats.All)
            seat.OrderTakeover(counter, orders);
    }
}

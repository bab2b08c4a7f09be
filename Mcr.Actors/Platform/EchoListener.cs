using System.Net;
using System.Net.Sockets;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Netlink;

namespace Mcr.Actors.Platform;

/// <summary>
/// Hears on one output device what other nodes send to its groups: a socket for each worker of the interface, since what one has read no other can.
/// </summary>
internal sealed class EchoListener : DeviceListener
{
    private readonly HashSet<IPAddress> _heard = [];
    private readonly Lock _lock = new(); // workers' actors look up what they hand over
    private NeighbourProbe? _probe; // while somebody asks
    private readonly List<(EchoSocket Socket, TaggedSocket Passed)> _sockets = [];

    /// <exception cref="Mcr.Native.Interop.LinuxException">the kernel refused; the message is a sentence for the operator.</exception>
    public EchoListener(EgressKey key, int seats, KeptDescriptors kept)
        : base(key, kept)
    {
        try
        {
            while (_sockets.Count < seats)
                AddSeat();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="EchoListener(EgressKey, int, KeptDescriptors)"/>
    public void AddSeat()
    {
        var socket = EchoSocket.Open(Key.InterfaceIndex, Key.Interface, EgressKey.EchoLinkHeader);
        socket.Hear(_heard);
        lock (_lock)
            _sockets.Add((socket, new TaggedSocket(OutputSocket.Adopt(socket.Descriptor, EgressKind.Echo, 0), ""))); // without a tag: opened anew by a later mcrd
    }

    /// <summary>Its worker has exited.</summary>
    public void RemoveSeat()
    {
        lock (_lock)
        {
            _sockets[^1].Socket.Dispose();
            _sockets.RemoveAt(_sockets.Count - 1);
        }
    }

    public override TaggedSocket Of(int seat)
    {
        lock (_lock)
            return _sockets[seat].Passed;
    }

    public override void Join(Membership membership)
    {
        Groups.Join(membership.Group, null);
        _heard.Add(membership.Group);
        Filter();
    }

    public override void Leave(Membership membership)
    {
        Groups.Leave(membership.Group, null);
        _heard.Remove(membership.Group);
        Filter();
    }

    /// <inheritdoc cref="IInterfacePort.Probe"/>
    /// <exception cref="Mcr.Native.Interop.LinuxException">the kernel refused.</exception>
    public bool Probe(Link link, IReadOnlyCollection<IPAddress> addresses)
    {
        if (addresses.Count == 0 || link.Addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) is not { } own)
            return false;
        _probe ??= NeighbourProbe.Open(Key.InterfaceIndex, Key.Interface);
        foreach (IPAddress address in addresses)
            _probe.Ask(own, link.LinkAddress, address);
        return true;
    }

    /// <inheritdoc cref="IInterfacePort.EndProbe"/>
    public void EndProbe()
    {
        _probe?.Dispose();
        _probe = null;
    }

    /// <inheritdoc cref="IInterfacePort.TakeProbeAnswers"/>
    public IReadOnlyCollection<ulong> TakeProbeAnswers() => _probe?.TakeAnswers() ?? [];

    public override void Dispose()
    {
        base.Dispose();
        _probe?.Dispose();
        lock (_lock)
        {
            foreach ((EchoSocket socket, _) in _sockets)
                socket.Dispose();
        }
    }

    private void Filter()
    {
        foreach ((EchoSocket socket, _) in _sockets)
            socket.Hear(_heard);
    }
}

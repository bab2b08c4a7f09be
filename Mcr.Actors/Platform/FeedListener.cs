using System.Net;
using Mcr.Actors.Relay;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>
/// Takes in on one device what rules with several inputs want of it: an ingress socket, whose queue outlives workers and mcrd like an interface's own, and which hears only what is sent to
/// their groups and addresses. It is tagged, so that a later mcrd goes on with it.
/// </summary>
internal sealed class FeedListener : DeviceListener
{
    private readonly PacketSocket _socket;
    private readonly KeptDescriptors _kept;
    private readonly TaggedSocket _passed;
    private readonly HashSet<IPAddress> _heard = [];
    private AllMulticast? _allMulticast;
    private bool _isInherited; // what an earlier mcrd let through is let through until everything is known that is wanted

    private FeedListener(EgressKey key, PacketSocket socket, FeedShape shape, KeptDescriptors kept)
        : base(key, kept)
    {
        _socket = socket;
        _kept = kept;
        _passed = new TaggedSocket(OutputSocket.Adopt(socket.Descriptor, EgressKind.Feed, 0), EgressKeyText.Write(key)) { Feed = shape };
    }

    /// <summary>A sentence that says why it has no mapped ring although one was asked for.</summary>
    public string? RingRefusal => _socket.RingRefusal;

    /// <param name="device">Which the key is about.</param>
    /// <exception cref="LinuxException">the kernel refused; the message is a sentence for the operator.</exception>
    public static FeedListener Open(EgressKey key, Link device, IngressMode mode, int receiveBuffer, KeptDescriptors kept)
    {
        var socket = PacketSocket.Open(device, receiveBuffer, LinuxSeat.RingFor(device, mode, receiveBuffer), deaf: true);
        return new FeedListener(key, socket, new FeedShape(socket.Ring, device.LinkHeader), kept);
    }

    /// <summary>One that an earlier mcrd has made; takes ownership of the descriptor.</summary>
    public static FeedListener Adopt(EgressKey key, FileDescriptor descriptor, FeedShape shape, KeptDescriptors kept) =>
        new(key, PacketSocket.Adopt(descriptor, shape.LinkHeader, shape.Ring), shape, kept) { _isInherited = true };

    /// <summary>There is one worker.</summary>
    public override TaggedSocket Of(int seat) => _passed;

    public override void Join(Membership membership)
    {
        if (membership.IsHeardOnly)
        {
            _heard.Add(membership.Group);
            Filter();
        }
        else if (membership.IsAllMulticast)
        {
            _allMulticast = AllMulticast.Take(Key.InterfaceIndex, Key.Interface);
            _kept.Add(_allMulticast.Descriptor, KeptTag.Groups);
        }
        else
        {
            Groups.Join(membership.Group, membership.Source);
        }
    }

    public override void Leave(Membership membership)
    {
        if (membership.IsHeardOnly)
        {
            _heard.Remove(membership.Group);
            Filter();
        }
        else if (membership.IsAllMulticast)
        {
            LeaveAllMulticast();
        }
        else
        {
            Groups.Leave(membership.Group, membership.Source);
        }
    }

    /// <summary>Everything that is wanted has been joined: what only the earlier mcrd wanted is let through no more.</summary>
    public void DropInherited()
    {
        if (!_isInherited)
            return;
        _isInherited = false;
        Filter();
    }

    /// <inheritdoc cref="PacketSocket.TakeDrops"/>
    public long TakeDrops() => _socket.TakeDrops();

    public override void Close()
    {
        LeaveAllMulticast();
        base.Close();
    }

    public override void Dispose()
    {
        base.Dispose();
        _allMulticast?.Dispose();
        _socket.Dispose();
    }

    private void LeaveAllMulticast()
    {
        if (_allMulticast is null)
            return;
        _kept.Remove(_allMulticast.Descriptor);
        _allMulticast.Dispose();
        _allMulticast = null;
    }

    private void Filter()
    {
        if (!_isInherited)
            _socket.Hear(_heard);
    }
}

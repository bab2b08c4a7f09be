using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Packet;
using Mcr.Native.Worker;

namespace Mcr.Native.Loop;

/// <summary>The loop's side of the <see cref="Reassembler"/>: its clock, its memory as the send queue wants it, its losses in the slot.</summary>
internal sealed unsafe class Reassembly
{
    private const int LifetimeSeconds = 1;

    private readonly Reassembler _reassembler;
    private readonly byte* _memory;
    private readonly WorkerSlot _slot;
    private readonly TimeProvider _clock;
    private readonly int _linkHeader;
    private long _displaced;
    private long _timedOut;

    /// <param name="clock">Monotonic; read only while fragments are about.</param>
    public Reassembly(WorkerSlot slot, int linkHeader, TimeProvider clock)
    {
        _reassembler = new Reassembler(LifetimeSeconds * clock.TimestampFrequency);
        fixed (ulong* memory = _reassembler.Memory)
            _memory = (byte*)memory; // and it is pinned for good
        _slot = slot;
        _linkHeader = linkHeader;
        _clock = clock;
    }

    /// <param name="received">A frame that was called a fragment.</param>
    /// <param name="reason">None when its datagram is whole now.</param>
    /// <param name="data">What the payload offset of a whole datagram counts from.</param>
    /// <returns>false: nothing to relay and nothing to count as yet.</returns>
    public bool Add(in ReceivedFrame received, ref DropReason reason, ref ParsedFrame frame, ref byte* data)
    {
        if (received.Vnet.gso_type != Libc.VIRTIO_NET_HDR_GSO_NONE)
            return true; // no fragment on the wire, see FrameReader
        var bytes = new ReadOnlySpan<byte>(received.Data, received.Length);
        bool ended = _reassembler.Add(bytes, _linkHeader, _clock.GetTimestamp(), out reason, out frame);
        CountLosses();
        data = _memory;
        return ended;
    }

    /// <summary>After a flush: nobody looks at whole datagrams any more.</summary>
    public void Release() => _reassembler.Release();

    /// <summary>Every turn: what waits too long is given up.</summary>
    public void Expire()
    {
        if (!_reassembler.IsWaiting)
            return;
        _reassembler.Expire(_clock.GetTimestamp());
        CountLosses();
    }

    private void CountLosses()
    {
        _slot.Words[SlotLayout.DropsWord + (int)DropReason.FragmentMemory] += _reassembler.Displaced - _displaced;
        _displaced = _reassembler.Displaced;
        _slot.Words[SlotLayout.DropsWord + (int)DropReason.FragmentTimeout] += _reassembler.TimedOut - _timedOut;
        _timedOut = _reassembler.TimedOut;
    }
}

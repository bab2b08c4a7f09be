using System.Buffers.Binary;
using System.Net;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;

namespace Mcr.Specs.Fixtures;

/// <summary>Ethernet frames with IPv4 UDP, built independently of the parser (slow checksums, byte by byte).</summary>
internal static class Frames
{
    public static byte[] Udp(string source, string destination, ushort port, ReadOnlySpan<byte> payload, byte tos = 0, bool withChecksum = true)
    {
        byte[] frame = new byte[14 + 20 + 8 + payload.Length];
        Span<byte> ip = frame.AsSpan(14);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x0800);
        ip[0] = 0x45;
        ip[1] = tos;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(28 + payload.Length));
        ip[8] = 16;
        ip[9] = 17;
        IPAddress.Parse(source).GetAddressBytes().CopyTo(ip[12..]);
        IPAddress.Parse(destination).GetAddressBytes().CopyTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip[..20].ToArray()));
        Span<byte> udp = ip[20..];
        BinaryPrimitives.WriteUInt16BigEndian(udp, 40_000);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)(8 + payload.Length));
        payload.CopyTo(udp[8..]);
        if (withChecksum)
        {
            byte[] length = [0, 17, (byte)((8 + payload.Length) >> 8), (byte)(8 + payload.Length)];
            ushort sum = Checksum([.. ip[12..20], .. length, .. udp]);
            BinaryPrimitives.WriteUInt16BigEndian(udp[6..], sum == 0 ? (ushort)0xFFFF : sum);
        }

        return frame;
    }

    public static ushort Checksum(byte[] bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
            sum += (uint)((bytes[i] << 8) | (i + 1 < bytes.Length ? bytes[i + 1] : 0));
        while (sum >> 16 != 0)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}

/// <summary>Frames from memory, as a packet socket would deliver them.</summary>
internal sealed class MemorySource : IFrameSource
{
    private readonly Queue<(byte[] Frame, Libc.virtio_net_hdr Vnet, byte Type, ushort Vlan, long Arrival)> _waiting = new();
    private readonly FrameMemory _memory = new();

    public int Descriptor => -1;

    public void Add(byte[] frame, int gsoSize = 0, bool trusted = false, byte type = Libc.PACKET_MULTICAST, ushort vlan = 0, long arrival = ReceivedFrame.UnknownArrival) => _waiting.Enqueue((frame, new Libc.virtio_net_hdr
    {
        gso_type = gsoSize > 0 ? (byte)Libc.VIRTIO_NET_HDR_GSO_UDP_L4 : (byte)0,
        gso_size = (ushort)gsoSize,
        flags = trusted ? (byte)Libc.VIRTIO_NET_HDR_F_NEEDS_CSUM : (byte)0,
    }, type, vlan, arrival));

    public int Receive(FrameBatch batch)
    {
        int i = 0;
        for (; i < FrameBatch.Capacity && _waiting.TryDequeue(out (byte[] Frame, Libc.virtio_net_hdr Vnet, byte Type, ushort Vlan, long Arrival) next); i++)
        {
            _memory.Put(ref batch[i], i, next.Frame, next.Vnet, next.Type);
            batch[i].VlanId = next.Vlan;
            batch[i].Arrival = next.Arrival;
        }

        return i;
    }

    public void Release()
    {
    }

    public void Dispose() => _memory.Dispose();
}

/// <summary>Memory for frames that do not come from the kernel.</summary>
internal sealed unsafe class FrameMemory : IDisposable
{
    private const int SlotSize = 68 * 1024;

    private readonly byte* _slots = (byte*)System.Runtime.InteropServices.NativeMemory.Alloc(FrameBatch.Capacity, SlotSize);

    public void Put(ref ReceivedFrame frame, int slot, ReadOnlySpan<byte> bytes, Libc.virtio_net_hdr vnet, byte type)
    {
        byte* data = _slots + (slot * SlotSize);
        bytes.CopyTo(new Span<byte>(data, SlotSize));
        frame = new ReceivedFrame { Data = data, Length = bytes.Length, Vnet = vnet, PacketType = type };
    }

    public void Dispose() => System.Runtime.InteropServices.NativeMemory.Free(_slots);
}

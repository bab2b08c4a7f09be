using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Mcr.Actors.Control;
using Mcr.Native.Checksums;

namespace Mcr.Host.Mcrctl;

/// <summary>
/// Traced datagrams as a capture (pcap with nanoseconds, LINKTYPE_RAW) that tshark and tcpdump read. IP and UDP headers are made anew from what was recorded; a payload
/// that was not kept whole is one that the capture has cut off.
/// </summary>
internal sealed class PcapFile(Stream file) : IDisposable
{
    private const uint Magic = 0xA1B23C4D; // times in nanoseconds
    private const uint LinkTypeRaw = 101;
    private const int MaxPacket = 65_535;
    private const int UdpHeader = 8;
    private const byte Udp = 17;

    /// <exception cref="IOException">it cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">nor by this user.</exception>
    public static PcapFile Create(string path)
    {
        var pcap = new PcapFile(File.Create(path));
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2); // version 2.4
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], MaxPacket);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], LinkTypeRaw);
        pcap.Write(header);
        return pcap;
    }

    public void Add(TraceRecordEntry record)
    {
        byte[] packet = Packet(record);
        long ticks = (record.Time.UtcDateTime - DateTime.UnixEpoch).Ticks;
        Span<byte> header = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(ticks / TimeSpan.TicksPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(ticks % TimeSpan.TicksPerSecond * 100));
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)packet.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)(packet.Length - record.Payload.Length + record.Size));
        Write(header);
        Write(packet);
    }

    public void Flush() => file.Flush();

    public void Dispose() => file.Dispose();

    private void Write(ReadOnlySpan<byte> bytes) => file.Write(bytes);

    private static byte[] Packet(TraceRecordEntry record)
    {
        var source = IPAddress.Parse(record.Source);
        var destination = IPAddress.Parse(record.Destination);
        bool isIpv6 = destination.AddressFamily == AddressFamily.InterNetworkV6;
        int ip = isIpv6 ? 40 : 20;
        byte[] packet = new byte[ip + UdpHeader + record.Payload.Length];
        if (isIpv6)
            WriteIpv6(packet, source, destination, record);
        else
            WriteIpv4(packet, source, destination, record);
        Span<byte> udp = packet.AsSpan(ip);
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)record.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], (ushort)record.DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)(UdpHeader + record.Size)); // no checksum: what it was is not recorded
        record.Payload.CopyTo(udp[UdpHeader..]);
        return packet;
    }

    private static void WriteIpv4(Span<byte> ip, IPAddress source, IPAddress destination, TraceRecordEntry record)
    {
        ip[0] = 0x45;
        ip[1] = (byte)record.Tos;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(20 + UdpHeader + record.Size));
        ip[8] = (byte)record.Ttl;
        ip[9] = Udp;
        source.TryWriteBytes(ip[12..], out _);
        destination.TryWriteBytes(ip[16..], out _);
        BitConverter.TryWriteBytes(ip[10..], (ushort)~InternetChecksum.Fold(InternetChecksum.Add(0, ip[..20])));
    }

    private static void WriteIpv6(Span<byte> ip, IPAddress source, IPAddress destination, TraceRecordEntry record)
    {
        BinaryPrimitives.WriteUInt32BigEndian(ip, 0x6000_0000 | ((uint)record.Tos << 20));
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)(UdpHeader + record.Size));
        ip[6] = Udp;
        ip[7] = (byte)record.Ttl;
        source.TryWriteBytes(ip[8..], out _);
        destination.TryWriteBytes(ip[24..], out _);
    }
}

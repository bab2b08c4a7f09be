using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using Mcr.Native.Ingress;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;

namespace Mcr.Specs.Fixtures;

/// <summary>What arrives on a device, with nothing in between.</summary>
internal sealed class Wire : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly PacketSocket _socket;
    private readonly FrameBatch _batch = new();

    public Wire(NetworkNamespace place, string device) => _socket = place.Run(() =>
    {
        LinkReader.Read().TryGet(device, out Link? link);
        return PacketSocket.Open(link!, 16 << 20);
    });

    /// <returns>So many frames to the port, or those that came in ten seconds.</returns>
    public byte[][] Take(int count, int port) => [.. Take(count, frame => new WireDatagram(frame) is { IsWhole: true } datagram && datagram.Port == port)];

    public unsafe List<byte[]> Take(int count, Func<byte[], bool> isWanted)
    {
        using var source = new MessageSource(_socket.Descriptor.Raw);
        var frames = new List<byte[]>();
        long began = Stopwatch.GetTimestamp();
        while (frames.Count < count && Stopwatch.GetElapsedTime(began) < Patience)
        {
            int received = source.Receive(_batch);
            for (int i = 0; i < received; i++)
            {
                byte[] frame = new ReadOnlySpan<byte>(_batch[i].Data, _batch[i].Length).ToArray();
                if (isWanted(frame))
                    frames.Add(frame);
            }
        }

        return frames;
    }

    public void Dispose()
    {
        _batch.Dispose();
        _socket.Dispose();
    }
}

/// <summary>An Ethernet frame with UDP in IPv4 or IPv6, read byte by byte and independently of the parser.</summary>
internal sealed class WireDatagram(byte[] frame)
{
    private readonly byte[] _ip = frame[14..];

    public bool IsIpv6 => _ip[0] >> 4 == 6;

    /// <summary>UDP that is not a fragment.</summary>
    public bool IsWhole => IsIpv6 ? _ip[6] == 17 : _ip[0] == 0x45 && _ip[9] == 17 && (Word(_ip, 6) & 0x3FFF) == 0;

    public string To => Convert.ToHexString(frame[..6]);

    public string From => Convert.ToHexString(frame[6..12]);

    public IPAddress Source => new(IsIpv6 ? _ip[8..24] : _ip[12..16]);

    public IPAddress Destination => new(IsIpv6 ? _ip[24..40] : _ip[16..20]);

    public int Ttl => IsIpv6 ? _ip[7] : _ip[8];

    public int Tos => IsIpv6 ? (Word(_ip, 0) >> 4) & 0xFF : _ip[1];

    public int Identification => Word(_ip, 4);

    public int SourcePort => Word(Udp, 0);

    public int Port => Word(Udp, 2);

    public byte[] Payload => Udp[8..Word(Udp, 4)];

    /// <summary>Of the IPv4 header and of UDP, which must have one.</summary>
    public bool AreChecksumsRight
    {
        get
        {
            byte[] udp = Udp[..Word(Udp, 4)];
            byte[] pseudo = [.. Source.GetAddressBytes(), .. Destination.GetAddressBytes(), 0, 17, udp[4], udp[5]];
            return (IsIpv6 || Frames.Checksum(_ip[..20]) == 0) && Word(udp, 6) != 0 && Frames.Checksum([.. pseudo, .. udp]) == 0;
        }
    }

    private byte[] Udp => _ip[(IsIpv6 ? 40 : 20)..];

    private static int Word(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));
}

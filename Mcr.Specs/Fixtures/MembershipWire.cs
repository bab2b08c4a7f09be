using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>What a switch hears of memberships: the IGMP and MLD messages that arrive on a device, read byte by byte.</summary>
internal sealed unsafe class MembershipWire : IDisposable
{
    private static readonly string[] Records = ["?", "is_in", "is_ex", "to_in", "to_ex", "allow", "block"];

    private readonly FileDescriptor _socket;

    public MembershipWire(NetworkNamespace place, string device)
    {
        int index = Devices.Find(place, device).Index;
        _socket = place.Run(() =>
        {
            FileDescriptor socket = SocketOptions.Open(Libc.AF_PACKET, Libc.SOCK_DGRAM, 0, "membership reports");
            SocketOptions.Set(socket, Libc.SOL_PACKET, Libc.PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
            var address = new Libc.sockaddr_ll { sll_family = Libc.AF_PACKET, sll_protocol = BinaryPrimitives.ReverseEndianness((ushort)Libc.ETH_P_ALL), sll_ifindex = index };
            SysResult.From(Libc.bind(socket.Raw, &address, sizeof(Libc.sockaddr_ll))).OrThrow("bind");
            return socket;
        });
    }

    /// <summary>
    /// What was heard until <paramref name="isEnough"/>, or within the patience: <c>to_ex 239.1.1.1</c>, <c>to_in 232.1.1.1 10.0.0.7</c>, <c>v2 239.1.1.1</c>,
    /// <c>leave 239.1.1.1</c>; only of the groups that are asked for.
    /// </summary>
    public List<string> Hear(Func<IReadOnlyList<string>, bool> isEnough, TimeSpan patience, params string[] groups)
    {
        var heard = new List<string>();
        long began = Stopwatch.GetTimestamp();
        byte[] packet = new byte[65536];
        while (!isEnough(heard) && Stopwatch.GetElapsedTime(began) < patience)
        {
            var polled = new Libc.pollfd { fd = _socket.Raw, events = Libc.POLLIN };
            if (Libc.poll(&polled, 1, 100) <= 0)
                continue;
            nint length;
            fixed (byte* bytes = packet)
                length = Libc.read(_socket.Raw, bytes, packet.Length);
            if (length > 0)
                heard.AddRange(Read(packet.AsSpan(0, (int)length).ToArray()).Where(r => groups.Contains(r.Split(' ')[1])));
        }

        return heard;
    }

    public void Dispose() => _socket.Dispose();

    private static IEnumerable<string> Read(byte[] ip)
    {
        if (ip.Length > 28 && ip[0] >> 4 == 4 && ip[9] == 2)
            return Igmp(ip[((ip[0] & 0xF) * 4)..]);
        return ip.Length > 56 && ip[0] >> 4 == 6 && ip[6] == 0 && ip[40] == 58 ? Mld(ip[(40 + 8 + (ip[41] * 8))..]) : [];
    }

    private static IEnumerable<string> Igmp(byte[] message)
    {
        Assert.Equal(0, Frames.Checksum(message));
        return message[0] switch
        {
            0x12 => [$"v1 {new IPAddress(message[4..8])}"],
            0x16 => [$"v2 {new IPAddress(message[4..8])}"],
            0x17 => [$"leave {new IPAddress(message[4..8])}"],
            0x22 => Grouped(message, 4),
            _ => [],
        };
    }

    private static IEnumerable<string> Mld(byte[] message) => message[0] switch
    {
        131 => [$"v1 {new IPAddress(message[8..24])}"],
        132 => [$"leave {new IPAddress(message[8..24])}"],
        143 => Grouped(message, 16),
        _ => [],
    };

    /// <summary>The group records of RFC 3376 and RFC 3810, which differ in the length of addresses.</summary>
    private static IEnumerable<string> Grouped(byte[] message, int size)
    {
        int at = 8;
        for (int left = BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(6)); left > 0; left--)
        {
            int sources = BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(at + 2));
            var group = new IPAddress(message.AsSpan(at + 4, size));
            IEnumerable<string> from = Enumerable.Range(0, sources).Select(i => new IPAddress(message.AsSpan(at + 4 + (size * (i + 1)), size)).ToString());
            yield return string.Join(' ', [Records[message[at]], group.ToString(), .. from]);
            at += 4 + (size * (sources + 1)) + (message[at + 1] * 4);
        }
    }
}

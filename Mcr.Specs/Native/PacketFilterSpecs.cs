using Mcr.Native.Ingress;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;

namespace Mcr.Specs.Native;

/// <summary>What the ingress filter lets through, asked of the kernel on a veth.</summary>
public sealed class PacketFilterSpecs
{
    private static readonly byte[] Four = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "four"u8);
    private static readonly byte[] Six = Ipv6Frames.Udp("2001:db8::1", "ff3e::1", 5000, "six"u8);
    private static readonly byte[] Marker = Frames.Udp("10.0.0.9", "239.9.9.9", 9999, "marker"u8);

    [Fact]
    public void Filter_should_pass_what_is_or_may_lead_to_udp_and_nothing_else()
    {
        NamespaceSupport.Require();
        (string What, byte[] Frame, int? Vlan)[] cases =
        [
            ("IPv4 UDP", Four, 0),
            ("IPv4 UDP with options", Four.WithOptions(new byte[8]), 0),
            ("first IPv4 fragment", FragmentFrames.Piece(Four, 1, 0, 8, more: true), 0),
            ("last IPv4 fragment", FragmentFrames.Piece(Four, 1, 8, 4, more: false), 0),
            ("IPv4 TCP", Four.With8(14 + 9, 6), null),
            ("IGMP", Four.With8(14 + 9, 2), null),
            ("ARP", Four.With16(12, 0x0806), null),
            ("IPv6 UDP", Six, 0),
            ("hop-by-hop, UDP", WithHeader(0), 0),
            ("routing, UDP", WithHeader(43), 0),
            ("destination options, UDP", WithHeader(60), 0),
            ("fragment of UDP", FragmentFrames.Piece(Six, 1, 0, 8, more: true), 0),
            ("last fragment of UDP", FragmentFrames.Piece(Six, 1, 8, 3, more: false), 0),
            ("fragment of destination options", FragmentFrames.Piece(WithHeader(60), 1, 0, 16, more: true), 0),
            ("hop-by-hop, fragment", WithHeader(0).With8(Ipv6Frames.FirstHeader, 44), 0),
            ("ICMPv6", Six.With8(14 + 6, 58), null),
            ("listener report: hop-by-hop, ICMPv6", WithHeader(0).With8(Ipv6Frames.FirstHeader, 58), null),
            ("fragment of ICMPv6", FragmentFrames.Piece(Six.With8(14 + 6, 58), 1, 0, 8, more: true), null),
            ("IPv6 TCP", Six.With8(14 + 6, 6), null),
            ("priority tag", FrameSender.Tagged(Four, id: 0, priority: 5), 0),
            ("VLAN 7", FrameSender.Tagged(Four, id: 7), 7),
            ("VLAN 4095 of IPv6", FrameSender.Tagged(Six, id: 4095), 4095),
            ("service tag 9", FrameSender.Tagged(Four, id: 9, type: 0x88A8), 9),
            ("two tags", FrameSender.Tagged(FrameSender.Tagged(Four, id: 7), id: 9, type: 0x88A8), null),
            ("two tags, the outer one a priority", FrameSender.Tagged(FrameSender.Tagged(Four, id: 7), id: 0), null),
        ];
        using var a = new NetworkNamespace("a");
        using var b = new NetworkNamespace("b");
        NetworkNamespace.Connect(a, "va", "10.1.0.1/24", b, "vb", "10.1.0.2/24");
        using PacketSocket socket = b.Run(() => PacketSocket.Open(LinkReader.Read().Links.Single(l => l.Name == "vb"), 1 << 20));
        using var sender = new FrameSender(a, "va");
        foreach ((string what, byte[] frame, int? vlan) in cases)
        {
            sender.Send(frame);
            sender.Send(Marker);
            (byte[] Bytes, int Vlan)[] passed = UntilMarker(socket);
            Assert.True(passed.Length == (vlan is null ? 0 : 1), $"{what}: {passed.Length} passed");
            if (vlan is null)
                continue;
            Assert.True(passed[0].Vlan == vlan, $"{what}: VLAN {passed[0].Vlan}");
            Assert.Equal(Untagged(frame), passed[0].Bytes);
        }
    }

    private static byte[] WithHeader(byte type) => Ipv6Frames.Udp("2001:db8::1", "ff3e::1", 5000, "six"u8, 0, type == 43 ? Ipv6Frames.Routing(0) : Ipv6Frames.Options(type));

    private static byte[] Untagged(byte[] frame) => frame[12] is 0x81 or 0x88 ? [.. frame[..12], .. frame[16..]] : frame;

    private static unsafe (byte[] Bytes, int Vlan)[] UntilMarker(PacketSocket socket)
    {
        using var source = new MessageSource(socket.Descriptor.Raw);
        using var batch = new FrameBatch();
        var passed = new List<(byte[], int)>();
        bool marked = SpinWait.SpinUntil(
            () =>
            {
                int count = source.Receive(batch);
                for (int i = 0; i < count; i++)
                {
                    byte[] bytes = new ReadOnlySpan<byte>(batch[i].Data, batch[i].Length).ToArray();
                    if (bytes.SequenceEqual(Marker))
                        return true;
                    passed.Add((bytes, batch[i].VlanId));
                }

                return false;
            },
            TimeSpan.FromSeconds(10));
        Assert.True(marked, "the marker did not arrive");
        return [.. passed];
    }
}

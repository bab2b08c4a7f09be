using System.Net;
using System.Net.NetworkInformation;
using CsCheck;
using Mcr.Native.Packet;
using PacketDotNet;

namespace Mcr.Specs.Packet;

/// <summary>The parser and an implementation by other people say the same of every good datagram.</summary>
public sealed class PacketDotNetSpecs
{
    private static readonly PhysicalAddress Somebody = PhysicalAddress.Parse("02-00-00-00-00-01");

    /// <summary>Without those by which the library takes a payload for a protocol of its own, and has no bytes of it then: Wake-on-LAN, DHCP, L2TP, VXLAN.</summary>
    private static readonly Gen<ushort> GenPort = Gen.UShort.Where(port => port is not (0 or 7 or 9 or 67 or 68 or 1701 or 4789));

    private static readonly Gen<(uint Source, uint Destination, ushort From, ushort To, byte Tos, byte Ttl, byte[] Payload)> GenDatagram =
        Gen.Select(Gen.UInt, Gen.UInt, GenPort, GenPort, Gen.Byte, Gen.Byte, Gen.OneOf(Gen.Byte.Array[0, 64], Gen.Byte.Array[1400, 1500]));

    [Fact]
    public void Parser_should_read_what_the_library_writes() => GenDatagram.Sample(
        d =>
        {
            var udp = new UdpPacket(d.From, d.To) { PayloadData = d.Payload };
            var ip = new IPv4Packet(new IPAddress(d.Source), new IPAddress(d.Destination)) { TypeOfService = d.Tos, TimeToLive = d.Ttl, PayloadPacket = udp };
            var ethernet = new EthernetPacket(Somebody, Somebody, EthernetType.IPv4) { PayloadPacket = ip };
            udp.UpdateCalculatedValues();
            ip.UpdateCalculatedValues();
            udp.UpdateUdpChecksum();
            ip.UpdateIPChecksum();
            byte[] frame = ethernet.Bytes;
            DropReason reason = FrameParser.Parse(frame, 14, 0, false, out ParsedFrame parsed);
            Assert.Equal(DropReason.None, reason);
            Assert.Equal((d.From, d.To, d.Tos, d.Ttl), (parsed.SourcePort, parsed.DestinationPort, parsed.Tos, parsed.Ttl));
            Assert.Equal((ip.SourceAddress, ip.DestinationAddress), (Address((uint)parsed.Source), Address((uint)parsed.Destination)));
            Assert.Equal(d.Payload, frame[parsed.PayloadOffset..(parsed.PayloadOffset + parsed.PayloadLength)]);
        },
        iter: 2_000);

    [Fact]
    public void Library_should_read_what_the_parser_reads() => Gen.Select(GenDatagram, Gen.Byte.Array[0, 10], Gen.Byte.Array[0, 20]).Sample(
        (d, options, padding) =>
        {
            byte[] frame = Frames.Udp(new IPAddress(d.Source).ToString(), new IPAddress(d.Destination).ToString(), d.To, d.Payload, d.Tos)
                .WithOptions([.. options.SelectMany(o => new byte[] { 1, 1, 1, 0 })]).WithPadding(padding);
            DropReason reason = FrameParser.Parse(frame, 14, 0, false, out ParsedFrame parsed);
            Assert.Equal(DropReason.None, reason);
            var ip = PacketDotNet.Packet.ParsePacket(LinkLayers.Ethernet, frame).Extract<IPv4Packet>();
            var udp = ip.Extract<UdpPacket>();
            Assert.True(ip.ValidIPChecksum && udp.ValidUdpChecksum);
            Assert.Equal((udp.SourcePort, udp.DestinationPort, (byte)ip.TypeOfService, (byte)ip.TimeToLive), (parsed.SourcePort, parsed.DestinationPort, parsed.Tos, parsed.Ttl));
            Assert.Equal((ip.SourceAddress, ip.DestinationAddress), (Address((uint)parsed.Source), Address((uint)parsed.Destination)));
            Assert.Equal(udp.PayloadData, frame[parsed.PayloadOffset..(parsed.PayloadOffset + parsed.PayloadLength)]);
        },
        iter: 2_000);

    private static IPAddress Address(uint value) => new([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
}

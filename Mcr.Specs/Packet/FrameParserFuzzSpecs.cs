using System.Buffers.Binary;
using Mcr.Native.Packet;

namespace Mcr.Specs.Packet;

/// <summary>Damaged frames, some with repaired checksums so that the damage gets past them, against a parser that is slow and plain.</summary>
public sealed class FrameParserFuzzSpecs(ITestOutputHelper output)
{
    private static readonly byte[][] Seeds =
    [
        Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "payload"u8),
        Frames.Udp("10.0.0.1", "239.1.1.1", 5000, []),
        Frames.Udp("10.0.0.1", "239.1.1.1", 5000, new byte[64], withChecksum: false),
        Frames.Udp("192.168.7.9", "10.0.0.2", 65_535, [1, 2, 3], tos: 255).WithPadding(new byte[15]),
        Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "options"u8).WithOptions(new byte[40]),
        Frames.Udp("10.0.0.1", "239.1.1.1", 5000, new byte[200]).With16(FrameEdits.IpFragment, 0x2000).WithRightChecksums(),
    ];

    [Fact]
    [Trait("kind", "fuzz")]
    public void Parser_should_answer_any_bytes_and_claim_only_what_is_there()
    {
        long[] answers = new long[Enum.GetValues<DropReason>().Length];
        Fuzzing.Run(output, 1_000_000, random =>
        {
            byte[] frame = Mutations.Mutate(random, Seeds[random.Next(Seeds.Length)]);
            if (random.Next(4) != 0)
                frame = frame.WithRightChecksums(udp: random.Next(2) == 0);
            int gsoSize = random.Next(4) == 0 ? random.Next(random.Next(2) == 0 ? 20 : 65_536) : 0;
            bool trusted = random.Next(4) == 0;
            answers[(int)Check(frame, gsoSize, trusted)]++;
        });
        output.WriteLine(string.Join(", ", answers.Select((count, reason) => $"{(DropReason)reason} {count}")));
        Assert.All([DropReason.None, DropReason.Runt, DropReason.BadIpHeader, DropReason.BadLength, DropReason.BadIpChecksum, DropReason.BadUdpChecksum, DropReason.Fragment], reason => Assert.True(answers[(int)reason] > 1000));
    }

    private static DropReason Check(byte[] frame, int gsoSize, bool trusted)
    {
        DropReason reason = FrameParser.Parse(frame, 14, gsoSize, trusted, out ParsedFrame parsed);
        (int Offset, int Length)? expected = Payload(frame, gsoSize > 0, trusted);
        bool right = reason == DropReason.None
            ? expected == (parsed.PayloadOffset, parsed.PayloadLength) && RunsAreRight(parsed, frame.Length, gsoSize)
            : expected is null;
        return right ? reason : throw new InvalidDataException(
            $"{reason} {parsed.PayloadOffset}+{parsed.PayloadLength}/{parsed.SegmentSize}, expected {expected}, gso {gsoSize}, trusted {trusted}: {Convert.ToHexString(frame)}");
    }

    private static bool RunsAreRight(ParsedFrame parsed, int frame, int gsoSize) =>
        parsed.PayloadOffset >= 42 && parsed.PayloadLength >= 0 && parsed.PayloadOffset + parsed.PayloadLength <= frame
        && (parsed.SegmentSize == 0
            ? parsed.Datagrams == 1 && (gsoSize == 0 || gsoSize >= parsed.PayloadLength)
            : parsed.SegmentSize == gsoSize && (parsed.Datagrams - 1) * gsoSize < parsed.PayloadLength && parsed.Datagrams * gsoSize >= parsed.PayloadLength);

    /// <summary>Where the payload is, or null for a frame that is not a whole, right UDP datagram.</summary>
    private static (int Offset, int Length)? Payload(byte[] frame, bool merged, bool trusted)
    {
        if (frame.Length < 42 || frame[12] != 8 || frame[13] != 0 || frame[14] is < 0x45 or > 0x4F || frame[23] != 17)
            return null;
        int header = (frame[14] - 0x40) * 4;
        int end = 14 + BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(16));
        int udp = 14 + header;
        if (end > frame.Length || end < udp + 8 || Frames.Checksum(frame[14..udp]) != 0 || (frame[20] & 0x3F) != 0 || frame[21] != 0)
            return null;
        if (merged)
            return (udp + 8, end - udp - 8);
        int length = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(udp + 4));
        if (length < 8 || udp + length > end)
            return null;
        bool unchecked_ = trusted || (frame[udp + 6] == 0 && frame[udp + 7] == 0);
        byte[] sum = [.. frame[26..34], 0, 17, (byte)(length >> 8), (byte)length, .. frame[udp..(udp + length)]];
        return unchecked_ || Frames.Checksum(sum) == 0 ? (udp + 8, length - 8) : null;
    }
}

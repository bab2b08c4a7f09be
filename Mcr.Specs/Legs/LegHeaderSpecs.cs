using CsCheck;
using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

public sealed class LegHeaderSpecs
{
    private static readonly LegKey Key = LegProbe.KeyOf(7);

    private static readonly Gen<LegHeader> Headers = Gen.Select(
        Gen.UShort, Gen.UShort, Gen.ULong, Gen.OneOf(Gen.Long[0, 5], Gen.Long[0, LegHeader.SequenceEnd - 1], Gen.Const(LegHeader.SequenceEnd - 1)), Gen.Long, (key, life, leg, sequence, sent) => new LegHeader(key, life, leg, sequence, sent));

    /// <summary>What other versions and other programs will read: never to change. The MAC is the model's.</summary>
    [Fact]
    public void Header_should_lie_as_it_is_drawn()
    {
        byte[] keyBytes = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        Assert.True(LegKey.TryRead(keyBytes, out LegKey key));
        byte[] payload = "a payload"u8.ToArray();
        byte[] header = new byte[LegHeader.Size];
        Assert.True(new LegHeader(0x0102, 0x0304, 0x1112131415161718, 0x2122232425262728, 0x3132333435363738).TryWrite(header, payload, in key));
        Assert.Equal("0100003001020304111213141516171821222324252627283132333435363738", Convert.ToHexString(header[..32]));
        Assert.Equal(SipHashModel.Compute(keyBytes, [.. header[..32], .. payload]), header[32..]);
    }

    [Fact]
    public void Header_should_be_read_as_it_was_written() =>
        Gen.Select(Headers, Gen.Byte.Array[0, 40]).Sample((header, payload) =>
        {
            byte[] datagram = new byte[LegHeader.Size + payload.Length];
            payload.CopyTo(datagram, LegHeader.Size);
            Assert.True(header.TryWrite(datagram, payload, in Key));
            Assert.True(LegHeader.TryRead(datagram, out LegHeader read, out LegOutcome refusal));
            Assert.Equal(LegOutcome.Good, refusal);
            Assert.Equal(header, read);
            Assert.True(LegHeader.IsAuthentic(datagram, in Key));
            Assert.False(LegHeader.IsAuthentic(datagram, LegProbe.KeyOf(8)));
        });

    [Fact]
    public void Each_bit_of_header_and_payload_should_be_under_the_MAC()
    {
        byte[] datagram = LegProbe.Datagram(in Key, 7, 1, 2, 3, new byte[37]);
        for (int bit = 0; bit < datagram.Length * 8; bit++)
        {
            datagram[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(LegHeader.IsAuthentic(datagram, in Key), $"bit {bit % 8} of byte {bit / 8}");
            datagram[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(LegHeader.IsAuthentic(datagram, in Key));
        Assert.False(LegHeader.IsAuthentic(datagram.AsSpan(..^1), in Key));
        Assert.False(LegHeader.IsAuthentic([.. datagram, 0], in Key));
    }

    [Theory]
    [InlineData(0, 0, LegOutcome.Version)]
    [InlineData(0, 2, LegOutcome.Version)]
    [InlineData(1, 1, LegOutcome.Version)]
    [InlineData(1, 128, LegOutcome.Version)]
    [InlineData(2, 1, LegOutcome.Version)]
    [InlineData(3, 49, LegOutcome.Version)]
    [InlineData(3, 47, LegOutcome.Version)]
    [InlineData(16, 128, LegOutcome.Version)]
    [InlineData(16, 127, LegOutcome.Good)]
    [InlineData(4, 255, LegOutcome.Good)]
    public void Header_of_another_form_should_be_refused(int at, byte value, LegOutcome expected)
    {
        byte[] datagram = LegProbe.Datagram(in Key, 7, 1, 2);
        datagram[at] = value;
        Assert.Equal(expected == LegOutcome.Good, LegHeader.TryRead(datagram, out _, out LegOutcome refusal));
        Assert.Equal(expected, refusal);
    }

    [Fact]
    public void Less_than_a_header_should_be_refused()
    {
        byte[] datagram = LegProbe.Datagram(in Key, 7, 1, 2);
        for (int length = 0; length < LegHeader.Size; length++)
        {
            Assert.False(LegHeader.TryRead(datagram.AsSpan(0, length), out _, out LegOutcome refusal));
            Assert.Equal(LegOutcome.Short, refusal);
            Assert.False(LegHeader.IsAuthentic(datagram.AsSpan(0, length), in Key));
        }
    }

    [Fact]
    public void Nothing_should_be_written_where_there_is_no_room_or_no_such_sequence()
    {
        byte[] room = new byte[LegHeader.Size];
        Assert.False(new LegHeader(1, 1, 1, 0, 0).TryWrite(room.AsSpan(1), [], in Key));
        Assert.False(new LegHeader(1, 1, 1, LegHeader.SequenceEnd, 0).TryWrite(room, [], in Key));
        Assert.False(new LegHeader(1, 1, 1, -1, 0).TryWrite(room, [], in Key));
        Assert.All(room, b => Assert.Equal(0, b));
    }
}

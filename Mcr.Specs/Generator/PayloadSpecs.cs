using CsCheck;
using Mcr.Host.Mcrgen;

namespace Mcr.Specs.Generator;

public sealed class PayloadSpecs
{
    private static readonly Gen<PayloadHeader> Headers =
        Gen.Select(Gen.ULong, Gen.Long, Gen.UInt, (sequence, time, stream) => new PayloadHeader(sequence, time, stream));

    [Fact]
    public void What_was_sealed_should_be_read_back_and_left_as_it_was()
    {
        Gen.Select(Headers, Gen.Int[Payload.HeaderSize, 3000]).Sample((header, size) =>
        {
            byte[] payload = Sealed(header, size);
            byte[] before = [.. payload];

            Assert.Equal(PayloadVerdict.Intact, Payload.Read(payload, out PayloadHeader read));
            Assert.Equal(header, read);
            Assert.Equal(before, payload);
        });
    }

    [Fact]
    public void A_single_changed_bit_should_be_seen_wherever_it_is()
    {
        Gen.Select(Headers, Gen.Int[Payload.HeaderSize, 3000], Gen.Int[0, int.MaxValue]).Sample((header, size, where) =>
        {
            byte[] payload = Sealed(header, size);
            payload[where / 8 % size] ^= (byte)(1 << (where % 8));

            Assert.Equal(PayloadVerdict.Corrupted, Payload.Read(payload, out _));
        });
    }

    [Fact]
    public void A_shortened_payload_should_be_seen()
    {
        byte[] payload = Sealed(new PayloadHeader(1, 2, 3), 1316);

        Assert.Equal(PayloadVerdict.Corrupted, Payload.Read(payload.AsSpan(0, 1315), out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Below_8_bytes_there_should_be_nothing_but_fill(int size)
    {
        byte[] payload = Sealed(new PayloadHeader(0x0102030405060708, 2, 3), size);

        Assert.Equal(Enumerable.Range(8, size).Select(i => (byte)i), payload);
        Assert.Equal(PayloadVerdict.Unnumbered, Payload.Read(payload, out _));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(27)]
    public void Below_28_bytes_there_should_be_the_sequence_alone(int size)
    {
        byte[] payload = Sealed(new PayloadHeader(0x0102030405060708, 2, 3), size);

        Assert.Equal<byte>([1, 2, 3, 4, 5, 6, 7, 8], payload[..8]);
        Assert.Equal(PayloadVerdict.Numbered, Payload.Read(payload, out PayloadHeader read));
        Assert.Equal(new PayloadHeader(0x0102030405060708, 0, 0), read);
    }

    [Fact]
    public void Random_fill_should_depend_on_seed_and_sequence_only()
    {
        byte[] one = Filled(PayloadFill.Random(1), 5), again = Filled(PayloadFill.Random(1), 5);

        Assert.Equal(one, again);
        Assert.NotEqual(one, Filled(PayloadFill.Random(2), 5));
        Assert.NotEqual(one, Filled(PayloadFill.Random(1), 6));
        Assert.InRange(one.Distinct().Count(), 240, 256);
    }

    [Fact]
    public void A_text_should_be_repeated()
    {
        byte[] filled = Filled(PayloadFill.Text("übung"), 5);

        Assert.StartsWith("übungübungüb", System.Text.Encoding.UTF8.GetString(filled), StringComparison.Ordinal);
    }

    private static byte[] Sealed(PayloadHeader header, int size)
    {
        byte[] payload = new byte[size];
        PayloadFill.Pattern().Write(payload.AsSpan(Payload.FillOffset(size)), header.Sequence);
        Payload.Seal(payload, header);
        return payload;
    }

    private static byte[] Filled(PayloadFill fill, ulong sequence)
    {
        byte[] target = new byte[3001];
        fill.Write(target, sequence);
        return target;
    }
}

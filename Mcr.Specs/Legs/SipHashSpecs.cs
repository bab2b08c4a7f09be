using System.Buffers.Binary;
using CsCheck;
using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

public sealed class SipHashSpecs
{
    private static readonly byte[] VectorKey = Enumerate(LegKey.Size);

    [Fact]
    public void SipHash_should_give_all_published_results()
    {
        Assert.Equal(64, SipHashVectors.All.Length);
        Assert.All(SipHashVectors.All, (expected, length) => Assert.Equal(expected, Hex(VectorKey, Enumerate(length), words: 0)));
    }

    [Fact]
    public void Model_should_give_all_published_results() =>
        Assert.All(SipHashVectors.All, (expected, length) => Assert.Equal(expected, Convert.ToHexStringLower(SipHashModel.Compute(VectorKey, Enumerate(length)))));

    /// <summary>However much of it is given as words before the rest; also beyond 255 bytes, where the length that is hashed begins anew.</summary>
    [Fact]
    public void SipHash_should_be_what_the_model_computes() =>
        Gen.Select(Gen.Byte.Array[LegKey.Size], Gen.Frequency((4, Gen.Int[0, 70]), (1, Gen.Int[240, 300]), (1, Gen.Int[1000, 1100])), Gen.Int[0, 9], Gen.Int).Sample(
            (key, length, words, seed) =>
            {
                byte[] message = new byte[length];
                new Random(seed).NextBytes(message);
                Assert.Equal(Convert.ToHexStringLower(SipHashModel.Compute(key, message)), Hex(key, message, Math.Min(words, length / 8)));
            },
            iter: 400);

    [Fact]
    public void Macs_that_differ_in_any_bit_should_not_match()
    {
        var mac = new LegMac(0x0123456789ABCDEF, 0xFEDCBA9876543210);
        Assert.True(mac.Matches(new LegMac(mac.First, mac.Second)));
        for (int bit = 0; bit < 64; bit++)
        {
            Assert.False(mac.Matches(mac with { First = mac.First ^ (1UL << bit) }));
            Assert.False(mac.Matches(mac with { Second = mac.Second ^ (1UL << bit) }));
            Assert.False(mac.Matches(new LegMac(mac.First ^ (1UL << bit), mac.Second ^ (1UL << bit))));
        }
    }

    [Fact]
    public void Key_should_be_of_16_bytes_and_never_in_a_text()
    {
        Assert.False(LegKey.TryRead(new byte[15], out _));
        Assert.False(LegKey.TryRead(new byte[17], out _));
        Assert.True(LegKey.TryRead(VectorKey, out LegKey key));
        Assert.Equal("LegKey", $"{key}");
        Assert.Equal("Mcr.Native.Legs.LegKeys", $"{new LegKeys(1, in key)}");
    }

    private static string Hex(byte[] keyBytes, byte[] message, int words)
    {
        Assert.True(LegKey.TryRead(keyBytes, out LegKey key));
        var hash = new SipHash(in key);
        for (int i = 0; i < words; i++)
            hash.Add(BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(i * 8)));
        byte[] result = new byte[LegMac.Size];
        hash.Finish(message.AsSpan(words * 8)).Write(result);
        return Convert.ToHexStringLower(result);
    }

    private static byte[] Enumerate(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)i)];
}

using System.IO.Compression;
using CsCheck;
using Mcr.Actors.Cluster.Wire;

namespace Mcr.Specs.Cluster;

public sealed class PackedSpecs(ITestOutputHelper output)
{
    [Fact]
    public void What_is_packed_should_come_back() => Gen.Byte.Array[0, 200_000].Sample(bytes => Assert.Equal(bytes, Packed.Open(Packed.Of(bytes), 200_000)), iter: 50);

    [Fact]
    public void Limit_should_be_the_last_byte_that_is_read()
    {
        byte[] packed = Packed.Of(new byte[100_000]);
        Assert.Equal(100_000, Packed.Open(packed, 100_000).Length);
        Assert.Throws<InvalidDataException>(() => Packed.Open(packed, 99_999));
        Assert.True(Packed.IsWithin(packed, 100_000));
        Assert.False(Packed.IsWithin(packed, 99_999));
    }

    /// <summary>A GiB of zeros in a MiB; it is not unpacked to see that.</summary>
    [Fact]
    public void Bomb_should_be_refused_before_it_is_unpacked()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest))
        {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 1024; i++)
                gzip.Write(zeros);
        }

        byte[] bytes = bomb.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        InvalidDataException refusal = Assert.Throws<InvalidDataException>(() => Packed.Open(bytes, 1 << 20));
        Assert.Equal("it is more than the 1048576 bytes that may be sent", refusal.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Theory]
    [InlineData("1F8B0800000000000003FFFFFFFF")]
    [InlineData("7B7D")]
    public void Other_bytes_should_be_refused(string hex) => Assert.Throws<InvalidDataException>(() => Packed.Open(Convert.FromHexString(hex), 1000));

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_bytes_should_be_unpacked_or_refused() =>
        Mutations.Run(output, [Packed.Of([]), Packed.Of([1, 2, 3]), Packed.Of(new byte[5_000]), Packed.Of("{\"ListRules\":{}}"u8.ToArray())], 50_000, bytes => Assert.InRange(Packed.Open(bytes, 4_000).Length, 0, 4_000));
}

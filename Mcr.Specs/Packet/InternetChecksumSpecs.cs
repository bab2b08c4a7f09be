using CsCheck;
using Mcr.Native.Packet;

namespace Mcr.Specs.Packet;

public sealed class InternetChecksumSpecs
{
    private static readonly Gen<byte[]> GenBytes = Gen.OneOf(Gen.Byte.Array[0, 100], Gen.OneOf<byte>(0, 1, 0xFE, 0xFF).Array[0, 100]);

    /// <summary>RFC 1071, section 3.</summary>
    [Fact]
    public void Sum_should_be_that_of_the_example_in_the_rfc() => Assert.Equal(0xDDF2, InMemoryOrder(InternetChecksum.Fold(InternetChecksum.Add(0, [0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]))));

    [Fact]
    public void Sum_should_agree_with_the_slow_one() => GenBytes.Sample(bytes => (ushort)~InMemoryOrder(InternetChecksum.Fold(InternetChecksum.Add(0, bytes))) == Frames.Checksum(bytes));

    [Fact]
    public void Parts_of_even_length_should_add_up() =>
        Gen.Select(GenBytes, GenBytes).Sample((first, second) =>
        {
            byte[] even = first[..(first.Length & ~1)];
            ulong parts = InternetChecksum.Add(InternetChecksum.Add(0, even), second);
            return InternetChecksum.Fold(parts) == InternetChecksum.Fold(InternetChecksum.Add(0, [.. even, .. second]));
        });

    [Fact]
    public void Values_should_be_added_as_they_stand_on_the_wire() =>
        Gen.Select(Gen.UShort, GenBytes).Sample((value, bytes) =>
            InternetChecksum.Fold(InternetChecksum.Add(InternetChecksum.Add(0, value), bytes)) ==
            InternetChecksum.Fold(InternetChecksum.Add(0, [(byte)(value >> 8), (byte)value, .. bytes])));

    [Fact]
    public void Folding_should_be_division_by_65535() =>
        Gen.OneOf(Gen.ULong, Gen.OneOf(0ul, ulong.MaxValue, ulong.MaxValue - 1, 0xFFFF_FFFFul, 0x1_0000_0000ul, 0xFFFF_0000_0001_FFFFul))
            .Sample(sum => InternetChecksum.Fold(sum) % 65_535 == (int)(sum % 65_535) && (InternetChecksum.Fold(sum) == 0) == (sum == 0));

    /// <summary>The sum is made of words as the machine loads them; on the wire they are big-endian.</summary>
    private static ushort InMemoryOrder(ushort folded) => BitConverter.IsLittleEndian ? (ushort)((folded << 8) | (folded >> 8)) : folded;
}

using CsCheck;
using Mcr.Native.Ingress;

namespace Mcr.Specs.Ingress;

/// <summary>Sizes that the kernel accepts and that hold what they are for.</summary>
public sealed class RingGeometrySpecs
{
    private const int PageSize = 4096;
    private const int Alignment = 16; // TPACKET_ALIGNMENT

    [Fact]
    public void Any_mtu_and_size_should_give_a_ring_that_the_kernel_accepts_and_that_holds_the_frame_or_copies_it() =>
        Gen.Select(Gen.Int[68, 65_536], Gen.Int[32 << 10, 1 << 30]).Sample((mtu, bytes) =>
        {
            RingGeometry ring = RingGeometry.For(mtu, bytes);

            // net/packet/af_packet.c, tpacket_rcv: offset of the packet for a link header of 14 bytes, and the frame from there.
            int offset = ((52 + 16 + Alignment - 1) / Alignment * Alignment) + 10;
            Assert.True(offset + mtu <= ring.FrameSize || ring.FrameSize == RingGeometry.MaxFrameSize, $"{mtu} in {ring}");
            Assert.InRange(ring.FrameSize, 1, RingGeometry.MaxFrameSize);
            Assert.Equal(0, ring.FrameSize % Alignment);
            Assert.Equal(0, ring.BlockSize % PageSize);
            Assert.True(ring.Frames >= 16);
            Assert.True(ring.Bytes <= Math.Max(bytes, 256 << 10), $"{bytes} asked, {ring.Bytes} taken");
            Assert.True(ring.Bytes >= bytes - ring.BlockSize);

            // Eight bytes behind the slots of a block are ours.
            Assert.True(ring.PositionOffset >= ring.FramesPerBlock * ring.FrameSize && ring.PositionOffset + sizeof(long) <= ring.BlockSize);
        });

    [Theory]
    [InlineData(1_500, 1_600)]
    [InlineData(9_000, 9_152)]
    [InlineData(65_536, 16_320)]
    public void Slots_should_be_as_long_as_the_device_s_frames_up_to_a_limit(int mtu, int slot) => Assert.Equal(slot, RingGeometry.For(mtu, 32 << 20).FrameSize);
}

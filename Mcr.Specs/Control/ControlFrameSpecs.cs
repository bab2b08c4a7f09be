using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

public sealed class ControlFrameSpecs
{
    [Fact]
    public void A_message_should_have_its_length_in_front_big_endian() =>
        Assert.Equal([0, 0, 0, 2, (byte)'{', (byte)'}'], ControlFrame.Wrap("{}"u8, 10));

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 1 }, 1)]
    [InlineData(new byte[] { 0, 16, 0, 0 }, 1 << 20)]
    public void A_length_up_to_the_limit_should_be_taken(byte[] header, int length) =>
        Assert.Equal(length, ControlFrame.ReadLength(header, 1 << 20));

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 }, "a message of no bytes")]
    [InlineData(new byte[] { 0, 16, 0, 1 }, "a message of 1048577 bytes is longer than the 1048576 allowed")]
    [InlineData(new byte[] { 0x80, 0, 0, 0 }, "a message of 2147483648 bytes")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, "a message of 4294967295 bytes")]
    public void Any_other_length_should_be_refused(byte[] header, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<InvalidDataException>(() => ControlFrame.ReadLength(header, 1 << 20)).Message, StringComparison.Ordinal);

    [Fact]
    public void Nothing_that_would_be_refused_should_be_written()
    {
        Assert.Throws<InvalidDataException>(() => ControlFrame.Wrap([], 10));
        Assert.Throws<InvalidDataException>(() => ControlFrame.Wrap(new byte[11], 10));
    }
}

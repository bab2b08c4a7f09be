using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

public sealed class LegMtuSpecs
{
    [Theory]
    [InlineData(1500, false, 1424)]
    [InlineData(1500, true, 1404)]
    [InlineData(9000, false, 8924)]
    [InlineData(1420, false, 1344)] // WireGuard's: seven MPEG-TS packets (1316) fit, with RTP (1328) also
    [InlineData(1420, true, 1324)]
    [InlineData(1280, true, 1184)]
    [InlineData(1279, true, -1)]
    [InlineData(76, false, 0)]
    [InlineData(75, false, -1)]
    [InlineData(0, false, -1)]
    [InlineData(-5, true, -1)]
    [InlineData(65_536, false, 65_459)] // lo
    [InlineData(65_536, true, 65_440)]
    [InlineData(int.MaxValue, true, 65_479)]
    public void Payload_should_be_what_the_headers_leave(int mtu, bool isIPv6, int most) => Assert.Equal(most, LegMtu.MaxPayload(mtu, isIPv6));

    [Fact]
    public void Cost_should_be_all_headers()
    {
        Assert.Equal(48, LegHeader.Size);
        Assert.Equal(48 + 28, LegMtu.Cost(isIPv6: false));
        Assert.Equal(48 + 48, LegMtu.Cost(isIPv6: true));
    }
}

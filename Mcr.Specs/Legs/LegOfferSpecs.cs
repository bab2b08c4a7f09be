using System.Net;
using Mcr.Actors.Control;
using Mcr.Actors.Legs;
using Mcr.Native.Rules;
using End = Mcr.Actors.Legs.LegEnd;

namespace Mcr.Specs.Legs;

/// <summary>What goes from the end of a leg to its beginning.</summary>
public sealed class LegOfferSpecs(ITestOutputHelper output)
{
    [Theory]
    [InlineData("10.7.0.2")]
    [InlineData("fd00::2")]
    public void Offer_should_be_read_as_it_was_meant(string address)
    {
        var end = new End(IPAddress.Parse(address), 4107, LegRules.Leg(0xFFEEDDCCBBAA9988), true, true, LegCounts.None);
        Assert.Equal(new LegTarget(7, end.Address, 4107, end.Leg), LegOffers.Read(LegOffers.Of(end), 7));
        Assert.DoesNotContain(LegOffers.Of(end).Secret!, $"{LegOffers.Of(end)}", StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_node_says_that_is_no_end_of_a_leg_should_be_nothing()
    {
        LegOfferEntry good = LegOffers.Of(new End(IPAddress.Parse("10.7.0.2"), 4107, LegRules.Leg(1), true, true, LegCounts.None));
        foreach (string? address in new[] { null, "", "b.example", "239.1.1.1", "0.0.0.0", "255.255.255.255", "::", "ff0e::1", "10.7.0.2:4107" })
            Assert.Null(LegOffers.Read(good with { Address = address }, 7));
        foreach (int port in new[] { -1, 0, 65_536, int.MaxValue })
            Assert.Null(LegOffers.Read(good with { Port = port }, 7));
        foreach (int key in new[] { -1, 65_536 })
            Assert.Null(LegOffers.Read(good with { Key = key }, 7));
        foreach (string? id in new[] { null, "", "1", "00000000000000000", "000000000000000x" })
            Assert.Null(LegOffers.Read(good with { Id = id }, 7));
        foreach (string? secret in new[] { null, "", "no base64", good.Secret![..^4], good.Secret + "AAAA", Convert.ToBase64String(new byte[15]), Convert.ToBase64String(new byte[17]), new string('A', 100_000) })
            Assert.Null(LegOffers.Read(good with { Secret = secret }, 7));
        Assert.NotNull(LegOffers.Read(good, 7));
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_answer_should_be_refused_or_be_a_place_that_can_be_sent_to()
    {
        byte[] answer = ResponseCodec.Encode(new ControlResponse.Leg(LegOffers.Of(new End(IPAddress.Parse("10.7.0.2"), 4107, LegRules.Leg(0xFFEEDDCCBBAA9988), true, true, LegCounts.None))));
        int read = 0;
        Mutations.Run(output, [answer], 50_000, bytes =>
        {
            if (ResponseCodec.Decode(bytes) is not ControlResponse.Leg leg || LegOffers.Read(leg.Entry, 7) is not { } target)
                return;
            read++;
            Assert.True(Addresses.IsUnicast(target.Address) && target.Port > 0 && target.Leg.Keys.Length == 1);
        });
        Assert.InRange(read, 100, 49_000);
    }
}

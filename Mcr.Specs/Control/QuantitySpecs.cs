using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Specs.Control;

public sealed class QuantitySpecs
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "now")]
    [InlineData(2.4, "now")]
    [InlineData(3, "3 s ago")]
    [InlineData(119, "119 s ago")]
    [InlineData(120, "2 min ago")]
    [InlineData(7_199, "120 min ago")]
    [InlineData(7_200, "2 h ago")]
    [InlineData(172_799, "48 h ago")]
    [InlineData(172_800, "2 d ago")]
    [InlineData(172_800_000, "2,000 d ago")]
    public void Age_should_be_in_the_largest_unit_of_which_there_are_two(double seconds, string text) => Assert.Equal(text, Quantity.Ago(Now - TimeSpan.FromSeconds(seconds), Now));

    [Theory]
    [InlineData(0, "0 bit/s")]
    [InlineData(999, "999 bit/s")]
    [InlineData(999.5, "1.00 kbit/s")]
    [InlineData(9_994, "9.99 kbit/s")]
    [InlineData(9_996, "10.0 kbit/s")]
    [InlineData(99_940, "99.9 kbit/s")]
    [InlineData(99_960, "100 kbit/s")]
    [InlineData(1_316_000, "1.32 Mbit/s")]
    [InlineData(9.9e15, "9,900 Tbit/s")]
    public void Bitrate_should_have_three_digits(double rate, string text) => Assert.Equal(text, Quantity.BitsPerSecond(rate));

    [Theory]
    [InlineData(null, "-")]
    [InlineData(0.4, "0 us")]
    [InlineData(999.4, "999 us")]
    [InlineData(999.6, "1.0 ms")]
    [InlineData(999_940.0, "999.9 ms")]
    [InlineData(999_960.0, "1.0 s")]
    public void Time_should_never_show_a_thousand_of_a_unit(double? us, string text) => Assert.Equal(text, Quantity.Microseconds(us));

    [Theory]
    [InlineData(0, "0 /s")]
    [InlineData(0.04, "0.0 /s")]
    [InlineData(9.94, "9.9 /s")]
    [InlineData(9.96, "10 /s")]
    [InlineData(12_345.6, "12,346 /s")]
    public void Rate_should_have_a_decimal_below_ten(double rate, string text) => Assert.Equal(text, Quantity.PerSecond(rate));
}

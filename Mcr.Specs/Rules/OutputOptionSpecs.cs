using System.Net;
using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

/// <summary>From the texts of an output's options to their values, and to sentences.</summary>
public sealed class OutputOptionSpecs
{
    private const string RateWanted = "a rate in bits a second; use off, or 1kbit to 1000Gbit, such as 5000000, 5Mbit or 1.5Gbit";
    private const string DscpWanted = "a DSCP; use copy, a number from 0 to 63, or a name such as ef, af41 or cs5";

    private static readonly OutputDraft Good = new() { Interface = "eth1", Group = "239.2.2.2", Port = "6000" };

    [Fact]
    public void Every_option_should_be_in_the_canonical_text()
    {
        RuleOutput output = Accept(Good with { Ttl = "decrement", Source = "10.0.0.9", Dscp = "af41", RateLimit = "5M", MaxBurst = "8", Pace = "on", Priority = "7" });
        Assert.Equal("output/1 interface=eth1 group=239.2.2.2 port=6000 ttl=decrement source=10.0.0.9 dscp=34 rate-limit=5000000 max-burst=8 pace=on priority=7", output.CanonicalText);
        Assert.False(output.MaySpoof);
    }

    [Fact]
    public void Defaults_should_be_as_if_nothing_were_written() =>
        Assert.Equal(Accept(Good), Accept(Good with { Source = "rewrite", Dscp = "copy", RateLimit = "off", Pace = "off", Priority = "0" }));

    [Fact]
    public void Force_should_let_a_given_source_be_anybodys()
    {
        RuleOutput output = Accept(Good with { Source = "10.0.0.9" }, force: true);
        Assert.True(output.MaySpoof);
        Assert.EndsWith(" source=10.0.0.9!", output.CanonicalText, StringComparison.Ordinal);
        Assert.False(Accept(Good with { Source = "keep" }, force: true).MaySpoof);
    }

    [Theory]
    [InlineData("rewrite", SourceMode.Rewrite, null)]
    [InlineData("keep", SourceMode.Keep, null)]
    [InlineData("10.0.0.9", SourceMode.Address, "10.0.0.9")]
    public void Source_should_be_taken(string text, SourceMode mode, string? address)
    {
        RuleOutput output = Accept(Good with { Source = text });
        Assert.Equal((mode, address), (output.Source, output.SourceAddress?.ToString()));
    }

    [Fact]
    public void Source_should_be_taken_in_IPv6()
    {
        ForwardingRule rule = TestRules.Parse(new RuleDraft { InputInterface = "eth0", InputGroup = "ff0e::1", InputPort = "1", Outputs = [Good with { Group = "ff0e::2", Source = "2001:DB8::9" }] });
        Assert.Equal(IPAddress.Parse("2001:db8::9"), rule.Outputs[0].SourceAddress);
    }

    [Theory]
    [InlineData("", "is missing; give rewrite, keep, or the address to send from")]
    [InlineData("Keep", "'Keep' is not an IP address; give rewrite, keep, or the address to send from")]
    [InlineData("239.1.1.1", "'239.1.1.1' is not a unicast address; give rewrite, keep, or the address to send from")]
    [InlineData("2001:db8::9", "'2001:db8::9' and the group '239.2.2.2' are of different address families; give rewrite, keep, or the address to send from in the group's")]
    [InlineData("::ffff:10.0.0.9", "'::ffff:10.0.0.9' is an IPv4 address written as IPv6; give '10.0.0.9'")]
    public void Source_should_be_refused(string text, string sentence) => Refuse(Good with { Source = text }, "source", sentence);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("63", 63)]
    [InlineData("be", 0)]
    [InlineData("DF", 0)]
    [InlineData("le", 1)]
    [InlineData("va", 44)]
    [InlineData("ef", 46)]
    [InlineData("EF", 46)]
    [InlineData("cs0", 0)]
    [InlineData("cs7", 56)]
    [InlineData("af11", 10)]
    [InlineData("af23", 22)]
    [InlineData("AF41", 34)]
    [InlineData("af43", 38)]
    public void Dscp_should_be_taken(string text, int value) => Assert.Equal((byte?)value, Accept(Good with { Dscp = text }).Dscp);

    [Theory]
    [InlineData("")]
    [InlineData("64")]
    [InlineData("-1")]
    [InlineData("0x2e")]
    [InlineData("cs8")]
    [InlineData("af44")]
    [InlineData("af50")]
    [InlineData("af4")]
    [InlineData("COPY")]
    public void Dscp_should_be_refused(string text) => Refuse(Good with { Dscp = text }, "dscp", $"'{text}' is not {DscpWanted}");

    [Theory]
    [InlineData("1000", 1_000)]
    [InlineData("5000000", 5_000_000)]
    [InlineData("5M", 5_000_000)]
    [InlineData("5m", 5_000_000)]
    [InlineData("5Mbit", 5_000_000)]
    [InlineData("5 Mbit/s", 5_000_000)]
    [InlineData("1.5Gbit", 1_500_000_000)]
    [InlineData("0.064M", 64_000)]
    [InlineData("64kbit", 64_000)]
    [InlineData("64000bit", 64_000)]
    [InlineData("1000G", 1_000_000_000_000)]
    public void Rate_limit_should_be_taken(string text, long bits) => Assert.Equal(bits, Accept(Good with { RateLimit = text }).RateLimit);

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("999")]
    [InlineData("1001G")]
    [InlineData("-5M")]
    [InlineData("5Mi")]
    [InlineData("5MB")]
    [InlineData("M")]
    [InlineData("1.2.3M")]
    [InlineData("1e6")]
    [InlineData("1,000,000")]
    [InlineData("79228162514264337593543950335G")]
    [InlineData("99999999999999999999999999999999999999")]
    public void Rate_limit_should_be_refused(string text) => Refuse(Good with { RateLimit = text }, "rate-limit", $"'{text}' is not {RateWanted}");

    [Theory]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("")]
    [InlineData("eight")]
    public void Burst_should_be_refused(string text) => Refuse(Good with { MaxBurst = text }, "max-burst", $"'{text}' is not a number of datagrams; use a number from 1 to 64");

    [Theory]
    [InlineData("8")]
    [InlineData("-1")]
    [InlineData("")]
    public void Priority_should_be_refused(string text) => Refuse(Good with { Priority = text }, "priority", $"'{text}' is not a priority; use a number from 0 to 7");

    [Theory]
    [InlineData("true", true)]
    [InlineData("yes", true)]
    [InlineData("no", false)]
    [InlineData("false", false)]
    public void Pace_should_be_taken_as_other_flags_are(string text, bool paced) => Assert.Equal(paced, Accept(Good with { Pace = text }).Pace);

    [Fact]
    public void Pace_should_be_refused() => Refuse(Good with { Pace = "maybe" }, "pace", "'maybe' is not a flag; use on or off");

    [Fact]
    public void All_problems_should_be_told_at_once()
    {
        RuleParser.Parse(Draft(new OutputDraft { Ttl = "0", Source = "x", Dscp = "x", RateLimit = "x", MaxBurst = "x", Pace = "x", Priority = "x" }, force: false), out IReadOnlyList<RuleProblem> problems);
        Assert.Equal(["group", "port", "interface", "ttl", "source", "dscp", "rate-limit", "max-burst", "pace", "priority"], problems.Select(p => p.Field.Split('.')[1]));
    }

    private static RuleDraft Draft(OutputDraft output, bool force) => new() { InputInterface = "eth0", InputGroup = "239.1.1.1", InputPort = "5000", Force = force, Outputs = [output] };

    private static RuleOutput Accept(OutputDraft output, bool force = false) => TestRules.Parse(Draft(output, force)).Outputs[0];

    private static void Refuse(OutputDraft output, string option, string sentence)
    {
        Assert.Null(RuleParser.Parse(Draft(output, force: false), out IReadOnlyList<RuleProblem> problems));
        Assert.Equal(new RuleProblem($"outputs[0].{option}", sentence), Assert.Single(problems));
    }
}

using CsCheck;
using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Specs.Analysis;

/// <summary>Analysis as an operator writes it.</summary>
public sealed class AnalysisTextSpecs
{
    private static readonly Gen<AnalysisSettings> Any = Gen.OneOf(
        OneOf(AnalysisSettings.Off, AnalysisSettings.Auto, AnalysisSettings.TransportStream),
        Gen.Int[0, AnalysisSettings.MaxClockRate].Select(AnalysisSettings.Rtp),
        Gen.Select(Gen.Int[0, SequenceField.MaxOffset], OneOf(8, 16, 32, 64), Gen.Bool, Gen.Int[0, SequenceField.MaxOffset], OneOf(0, 8, 16, 32)).Select(
            (offset, width, little, countOffset, countWidth) => AnalysisSettings.Sequence(new SequenceField(offset, width, little, countWidth == 0 ? 0 : countOffset, countWidth))));

    private static Gen<T> OneOf<T>(params T[] all) => Gen.Int[0, all.Length - 1].Select(i => all[i]);

    [Fact]
    public void What_is_written_should_be_read_as_what_it_was() => Any.Sample(settings =>
    {
        Assert.True(settings.IsValid);
        Assert.Equal(settings, AnalysisText.Parse(AnalysisText.Format(settings), out string? refusal));
        Assert.Null(refusal);
    });

    [Theory]
    [InlineData("auto", "auto")]
    [InlineData("off", "off")]
    [InlineData("ts", "ts")]
    [InlineData("rtp", "rtp")]
    [InlineData("rtp clock-rate=48000", "rtp clock-rate=48000")]
    [InlineData("moldudp64", "moldudp64")]
    [InlineData("sequence offset=10 width=64 count-offset=18 count-width=16", "moldudp64")]
    [InlineData("  sequence width=32  offset=4 endian=little", "sequence offset=4 width=32 endian=little")]
    [InlineData("sequence width=32 offset=0 endian=big", "sequence offset=0 width=32")]
    public void Words_should_be_understood(string text, string written) =>
        Assert.Equal(written, AnalysisText.Format(AnalysisText.Parse(text, out _)!.Value));

    [Theory]
    [InlineData("", "is not a way")]
    [InlineData("rtcp", "is not a way")]
    [InlineData("Auto", "is not a way")]
    [InlineData("auto off", "'off', which is no option=value")]
    [InlineData("ts clock-rate=1", "'clock-rate', which does not belong")]
    [InlineData("rtp clock-rate=", "is not a way")]
    [InlineData("rtp clock-rate=-1", "is not a way")]
    [InlineData("rtp clock-rate=999999999", "is not a way")]
    [InlineData("sequence", "is not a way")]
    [InlineData("sequence offset=4", "is not a way")]
    [InlineData("sequence offset=4 width=24", "is not a way")]
    [InlineData("sequence offset=4096 width=8", "is not a way")]
    [InlineData("sequence offset=4 width=8 width=16", "there twice")]
    [InlineData("sequence offset=4 width=8 endian=middle", "is not a way")]
    [InlineData("sequence offset=4 width=8 count-width=64 count-offset=0", "is not a way")]
    [InlineData("sequence offset=4 width=8 depth=3", "'depth', which does not belong")]
    public void Refusal_should_say_what_is_wrong_and_what_could_be_written(string text, string why)
    {
        Assert.Null(AnalysisText.Parse(text, out string? refusal));
        Assert.Contains(why, refusal, StringComparison.Ordinal);
        Assert.EndsWith(AnalysisText.Wanted, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Rule_should_be_refused_by_the_name_of_the_field()
    {
        var draft = new RuleDraft { InputInterface = "eth0", InputGroup = "239.1.1.1", InputPort = "5000", Analyse = "sometimes", Outputs = [new OutputDraft { Interface = "eth1", Group = "239.2.2.2", Port = "6000" }] };
        Assert.Null(RuleParser.Parse(draft, out IReadOnlyList<RuleProblem> problems));
        Assert.Equal("analyse", Assert.Single(problems).Field);
    }
}

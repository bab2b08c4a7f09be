using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

public sealed class AlarmTextSpecs
{
    [Theory]
    [InlineData("silence=5s,rate-min=1Mbit,rate-max=20Mbit,loss=on,second-source=off", "silence=5000ms,rate-min=1Mbit,rate-max=20Mbit,loss=on,second-source=off")]
    [InlineData("querier=off,duplicate=yes", "querier=off,duplicate=on")]
    [InlineData("protection=no", "protection=off")]
    [InlineData("loss=no silence=off", "silence=off,loss=off")]
    [InlineData("", "")]
    public void Text_should_be_read_and_written_in_one_way(string text, string canonical)
    {
        AlarmSettings settings = AlarmText.Parse(text, (key, sentence) => Assert.Fail($"{key}: {sentence}"));
        Assert.Equal(canonical, AlarmText.Format(settings));
        Assert.Equal(settings, AlarmText.Parse(canonical, (key, sentence) => Assert.Fail($"{key}: {sentence}")));
    }

    [Theory]
    [InlineData("silence=0s", "silence")]
    [InlineData("silence=25h", "silence")]
    [InlineData("rate-min=fast", "rate-min")]
    [InlineData("rate-min=2Mbit,rate-max=1Mbit", "rate-min")]
    [InlineData("loss=maybe", "loss")]
    [InlineData("loss=on,loss=off", "loss")]
    [InlineData("querier=v3", "querier")]
    [InlineData("duplicate=1", "duplicate")]
    [InlineData("protection=lost", "protection")]
    [InlineData("loss", "")]
    [InlineData("noise=on", "")]
    public void What_cannot_be_should_be_refused_by_name(string text, string key)
    {
        var problems = new List<string>();
        AlarmText.Parse(text, (where, _) => problems.Add(where));
        Assert.Equal([key], problems);
    }

    [Fact]
    public void What_a_rule_does_not_say_should_be_as_for_all() => Assert.Equal(
        new AlarmSettings(TimeSpan.FromSeconds(5), 1, 2, false, true, Protection: true),
        new AlarmSettings { Silence = TimeSpan.FromSeconds(5), Loss = false }.Over(new AlarmSettings(TimeSpan.Zero, 1, 2, true, true, Protection: true)));
}

using CsCheck;
using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

public sealed class SelectTextSpecs(ITestOutputHelper output)
{
    private const string Modes = "give failover (the first input that is well), or merge (each datagram once, from whichever has it first)";

    [Theory]
    [InlineData("merge", "merge")]
    [InlineData("mode=merge", "merge")]
    [InlineData(" merge , by = rtp, skew=50 ms,hold=0.05s, buffer=32MiB", "merge")]
    [InlineData("merge,skew=100ms", "merge,skew=100ms")]
    [InlineData("merge,skew=100ms,hold=100ms", "merge,skew=100ms")]
    [InlineData("merge,skew=0.45s,hold=0,buffer=1GiB", "merge,skew=450ms,hold=0,buffer=1024MiB")]
    [InlineData("merge,hold=0ms,skew=1ms,buffer=1048577", "merge,skew=1ms,hold=0,buffer=1048577B")]
    [InlineData("merge,by=moldudp64", "merge,by=moldudp64")]
    [InlineData("by=content,mode=merge,skew=20ms", "merge,by=content,skew=20ms")]
    [InlineData("merge,by=sequence  width=64 offset=10 endian=big", "merge,by=sequence offset=10 width=64")]
    [InlineData("merge,by=sequence offset=4 width=32 endian=little count-offset=8 count-width=16", "merge,by=sequence offset=4 width=32 endian=little count-offset=8 count-width=16")]
    [InlineData("merge,by=sequence offset=4 width=32 count-offset=8", "merge,by=sequence offset=4 width=32")]
    [InlineData("merge,by=sequence offset=10 width=64 count-offset=18 count-width=16", "merge,by=sequence offset=10 width=64 count-offset=18 count-width=16")] // not moldudp64: it has no session
    [InlineData("failover", "failover")]
    [InlineData("failover,receive-timeout=100ms,revert=on,revert-after=5s", "failover")]
    [InlineData("failover,receive-timeout=1m,min-rate=50,max-loss=0.5 %,revert=no,revert-after=1h", "failover,receive-timeout=60000ms,min-rate=50,max-loss=0.5%,revert=off,revert-after=3600000ms")]
    [InlineData("failover,max-loss=1.0%,by=rtp,revert-after=0s", "failover,max-loss=1%,revert-after=0")]
    [InlineData("failover,max-loss=99.9999%,by=moldudp64,receive-timeout=10ms", "failover,receive-timeout=10ms,max-loss=99.9999%,by=moldudp64")]
    public void Text_should_be_read_and_written_in_one_way(string text, string canonical)
    {
        SelectSettings settings = Parse(text);
        Assert.Equal(canonical, SelectText.Format(settings));
        Assert.Equal(settings, Parse(canonical));
        Assert.Equal(canonical, settings.ToString());
    }

    [Fact]
    public void What_is_not_said_should_be_as_documented()
    {
        Assert.Equal(new SelectSettings(SelectMode.Merge, new SelectKey(SelectKeyKind.Rtp)) { SkewMilliseconds = 50, HoldMilliseconds = 50, BufferBytes = 32 << 20 }, Parse("merge"));
        Assert.Equal(new SelectSettings(SelectMode.Failover, null) { ReceiveTimeoutMilliseconds = 100, MinRate = 0, MaxLossPpm = 0, Revert = true, RevertAfterMilliseconds = 5000 }, Parse("failover"));
        Assert.Equal(new SelectSettings(SelectMode.Failover, new SelectKey(SelectKeyKind.Rtp)) { MaxLossPpm = 10_000 }, Parse("failover,max-loss=1%"));
        Assert.Equal((20, 20), (Parse("merge,skew=20ms").SkewMilliseconds, Parse("merge,skew=20ms").HoldMilliseconds));
        Assert.Equal(0, Parse("merge,by=content").HoldMilliseconds); // there is nothing to wait for
        Assert.Equal(new SelectKey(SelectKeyKind.Sequence, new SequenceField(4, 8, LittleEndian: true)), Parse("merge,by=sequence offset=4 width=8 endian=little").By);
    }

    [Theory]
    [InlineData("", "mode")]
    [InlineData("both", "mode")]
    [InlineData("Merge", "mode")]
    [InlineData("mode=", "mode")]
    [InlineData("by=rtp", "mode")]
    [InlineData("merge,mode=merge", "mode")]
    [InlineData("merge,merge", "")]
    [InlineData("merge,delay=5ms", "")]
    [InlineData("merge,skew=5ms,skew=5ms", "skew")]
    [InlineData("merge,skew=0ms", "skew")]
    [InlineData("merge,skew=451ms", "skew")]
    [InlineData("merge,skew=1.5ms", "skew")]
    [InlineData("merge,skew=50", "skew")]
    [InlineData("merge,hold=51ms", "hold")]
    [InlineData("merge,skew=20ms,hold=21ms", "hold")]
    [InlineData("merge,hold=-1ms", "hold")]
    [InlineData("merge,by=content,hold=5ms", "hold")]
    [InlineData("merge,by=content,hold=0", "hold")]
    [InlineData("merge,by=auto", "by")]
    [InlineData("merge,by=rtp clock-rate=48000", "by")]
    [InlineData("merge,by=sequence offset=4096 width=32", "by")]
    [InlineData("merge,by=sequence offset=4", "by")]
    [InlineData("merge,by=sequence offset=4 width=24", "by")]
    [InlineData("merge,by=sequence offset=4 width=32 offset=4", "by")]
    [InlineData("merge,buffer=1023KiB", "buffer")]
    [InlineData("merge,buffer=1025MiB", "buffer")]
    [InlineData("merge,receive-timeout=100ms", "receive-timeout")]
    [InlineData("merge,revert=on", "revert")]
    [InlineData("failover,skew=50ms", "skew")]
    [InlineData("failover,hold=0", "hold")]
    [InlineData("failover,buffer=32MiB", "buffer")]
    [InlineData("failover,by=rtp", "by")]
    [InlineData("failover,max-loss=1%,by=content", "by")]
    [InlineData("failover,receive-timeout=9ms", "receive-timeout")]
    [InlineData("failover,receive-timeout=61s", "receive-timeout")]
    [InlineData("failover,min-rate=0", "min-rate")]
    [InlineData("failover,min-rate=100000001", "min-rate")]
    [InlineData("failover,min-rate=1.5", "min-rate")]
    [InlineData("failover,max-loss=1", "max-loss")]
    [InlineData("failover,max-loss=0%", "max-loss")]
    [InlineData("failover,max-loss=100%", "max-loss")]
    [InlineData("failover,max-loss=0.00001%", "max-loss")]
    [InlineData("failover,revert=perhaps", "revert")]
    [InlineData("failover,revert-after=61m", "revert-after")]
    public void What_cannot_be_should_be_refused_by_name(string text, string key)
    {
        var problems = new List<string>();
        Assert.Null(SelectText.Parse(text, (where, _) => problems.Add(where)));
        Assert.Equal([key], problems);
    }

    [Fact]
    public void All_problems_should_be_said_at_once()
    {
        var problems = new List<string>();
        Assert.Null(SelectText.Parse("merge,x=1,by=\u0007,skew=1s,hold=2s,buffer=5,max-loss=1%", (key, sentence) => problems.Add($"{key}: {sentence}")));
        Assert.Equal(
            [
                ": 'x' is no key of select; they are mode, by, skew, hold, buffer, receive-timeout, min-rate, max-loss, revert, revert-after",
                "by: '?' is nothing to tell datagrams apart by; give rtp, moldudp64, content, or sequence offset=BYTES width=8, 16, 32 or 64, then if need be endian=little, count-offset=BYTES count-width=BITS",
                "max-loss: is a key of failover, and this is merge; leave it out, or select by failover",
                "skew: '1s' is no time by how much one input may be behind another; give 1ms to 450ms, in whole milliseconds",
                "hold: '2s' is no time for which a gap waits for another input, which is at most skew; give 0 to 50ms, in whole milliseconds",
                "buffer: '5' is no memory for what waits; give 1MiB to 1024MiB",
            ],
            problems);
        problems.Clear();
        Assert.Null(SelectText.Parse("best,revert=on", (key, sentence) => problems.Add($"{key}: {sentence}")));
        Assert.Null(SelectText.Parse("", (key, sentence) => problems.Add($"{key}: {sentence}")));
        Assert.Equal([$"mode: 'best' is no way to make one stream of several inputs; {Modes}", $"mode: is missing; {Modes}"], problems);
    }

    [Fact]
    public void Whatever_the_settings_are_their_text_should_be_them() => GeneratedRules.AnySelect.Sample(
        settings =>
        {
            string text = SelectText.Format(settings);
            Assert.Equal(settings, Parse(text));
            Assert.Equal(text, SelectText.Format(Parse(text)));
        },
        iter: 20_000);

    [Fact]
    [Trait("kind", "fuzz")]
    public void Whatever_the_text_is_it_should_be_settings_or_have_a_problem()
    {
        string[] seeds =
        [
            "merge,by=rtp,skew=50ms,hold=20ms,buffer=64MiB",
            "merge,by=sequence offset=4 width=32 endian=little count-offset=8 count-width=16,hold=0",
            "failover,receive-timeout=50ms,min-rate=1000,max-loss=0.5%,by=moldudp64,revert=off,revert-after=10s",
            "mode=merge,by=content",
        ];
        int accepted = 0;
        Fuzzing.Run(output, 100_000, random =>
        {
            string text = System.Text.Encoding.Latin1.GetString(Mutations.Mutate(random, System.Text.Encoding.Latin1.GetBytes(seeds[random.Next(seeds.Length)])));
            int problems = 0;
            SelectSettings? settings = SelectText.Parse(text, (_, sentence) =>
            {
                problems++;
                Assert.DoesNotContain(sentence, char.IsControl);
                Assert.InRange(sentence.Length, 1, 500);
            });
            Assert.Equal(settings is null, problems > 0);
            if (settings is null)
                return;
            accepted++;
            Assert.Equal(settings, Parse(SelectText.Format(settings)));
        });
        output.WriteLine($"{accepted} accepted");
        Assert.InRange(accepted, 1, int.MaxValue);
    }

    private static SelectSettings Parse(string text) => SelectText.Parse(text, (key, sentence) => Assert.Fail($"{text}: {key}: {sentence}"))!;
}

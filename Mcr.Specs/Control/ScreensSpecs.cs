using CsCheck;
using Mcr.Actors.Control;
using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Specs.Control;

public sealed class ScreensSpecs
{
    [Fact]
    public void Screens_should_be_those_of_the_page_that_was_looked_at()
    {
        string file = Path.Combine(Executables.RepositoryRoot, "docs", "screens.md");
        string text = ScreensDocument.Text();
        if (Environment.GetEnvironmentVariable("MCR_WRITE_SCREENS") == "1")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }

    [Theory]
    [MemberData(nameof(ResponseCodecSpecs.Recorded), MemberType = typeof(ResponseCodecSpecs))]
    public void Every_answer_but_an_error_a_file_a_trace_and_a_key_should_have_a_form_for_people(string json, ControlResponse response)
    {
        string text = Text(AnswerScreen.Of(response));

        Assert.DoesNotContain("{", text, StringComparison.Ordinal);
        Assert.Equal(response is ControlResponse.Error or ControlResponse.Config or ControlResponse.Trace or ControlResponse.Leg, text.Length == 0);
        Assert.NotEmpty(json);
    }

    [Fact]
    public void What_is_not_known_of_the_cluster_should_be_said() =>
        Assert.Contains("\nnot known just now: all\n", Text(AnswerScreen.Of(new ControlResponse.ClusterStatus(SampleAnswers.Cluster(2) with { Unknown = "not known just now: all" }))), StringComparison.Ordinal);

    /// <summary>Whatever the width: nothing is longer than it, and every address is whole.</summary>
    [Fact]
    public void No_width_should_break_an_address_or_be_left() => Gen.Int[70, 250].Sample(
        width =>
        {
            RuleEntry[] rules = SampleInputs.Rules(130);
            Line[] lines = [.. AnswerScreen.Of(new ControlResponse.Rules(rules)).Lines(width)];
            string text = string.Join('\n', lines.Select(l => l.Text(false)));
            Assert.All(lines, line => Assert.InRange(TextWidth.Of(line.Text(false)), 0, width));
            Assert.All(rules, rule => Assert.Contains(Places.Of(rule.InputGroup, rule.InputPort, rule.InputLastPort, rule.InputInterface), text, StringComparison.Ordinal));
            Assert.All(rules.SelectMany(r => r.Inputs ?? []), input => Assert.Contains(Places.Of(input.Group, input.Port, null, input.Interface), text, StringComparison.Ordinal));
            Assert.All(rules.SelectMany(r => r.Outputs), output => Assert.Contains(Places.Of(output.Group, output.Port, output.LastPort, output.Interface), text, StringComparison.Ordinal));
        },
        iter: 60,
        threads: 1);

    [Theory]
    [InlineData(30)]
    [InlineData(45)]
    public void Row_that_no_column_has_room_for_should_become_lines_of_titles_and_values(int width)
    {
        RuleEntry rule = new("r-6", "video", "eth0", "ff3e::1", 5000, [new OutputEntry("ff0e::2", 6000, "eth1", "8") { Source = "keep" }], "Active", null, SampleAnswers.Now, "mcrctl", "2001:db8::1");
        string[] lines = Text(AnswerScreen.Of(new ControlResponse.Rules([rule])), width).Split('\n');
        Assert.Equal(
            ["STATE    active", "RULE     video", "INPUT    [ff3e::1]:5000:eth0", "         from 2001:db8::1"],
            lines[..4]);
        Assert.StartsWith("OUTPUTS  [ff0e::2]:6000:eth1", lines[4], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
    }

    [Fact]
    public void Worst_should_come_first_then_the_fastest()
    {
        Row[] rows = [.. StatsScreen.ByRule(SampleAnswers.Stats(500), SampleAnswers.Now).Rows];
        Assert.Equal(["failed", "degraded", "pending", "alarm", "dropping", "silent", "ok"], rows.Select(r => r.Cells[0]).Distinct());
        double[] rates = [.. rows.Where(r => r.Cells[0] == "ok").Select(r => double.Parse(r.Cells[3].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(rates.OrderDescending(), rates);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(200, 50)]
    [InlineData(80, 3)]
    [InlineData(20, 1)]
    public void Frame_should_fit_and_what_does_not_be_counted(int width, int height)
    {
        Screen screen = StatsScreen.ByRule(SampleAnswers.Stats(500), SampleAnswers.Now);
        Line[] frame = [.. screen.Frame(width, height)];
        Assert.InRange(frame.Length, 1, height);
        Assert.All(frame, line => Assert.InRange(TextWidth.Of(line.Text(false)), 0, width));
        if (height < 20)
            return;
        int shown = frame.Count(l => System.Text.RegularExpressions.Regex.IsMatch(l.Text(false), "^(failed|degraded|pending|alarm|dropping|silent|ok) "));
        Assert.Equal($"… {500 - shown} more rules", frame[^1].Text(false));
        Assert.InRange(shown, (height / 2) - 2, height); // the worst, which come first, have a line more
    }

    [Fact]
    public void Frame_that_has_room_for_all_should_say_nothing_of_more() =>
        Assert.DoesNotContain(StatsScreen.ByRule(SampleAnswers.Stats(5), SampleAnswers.Now).Frame(80, 24), line => line.Text(false).StartsWith('…'));

    [Theory]
    [InlineData(0, "0 /s", "0 bit/s")]
    [InlineData(0.5, "0.5 /s", "0 bit/s")]
    [InlineData(9.95, "10 /s", "10 bit/s")]
    [InlineData(4950.4, "4,950 /s", "4.95 kbit/s")]
    [InlineData(999_499, "999,499 /s", "999 kbit/s")]
    [InlineData(999_501, "999,501 /s", "1.00 Mbit/s")]
    [InlineData(13_200_000, "13,200,000 /s", "13.2 Mbit/s")]
    public void Rates_should_have_units_and_digits_that_count(double rate, string perSecond, string bits) => Assert.Equal((perSecond, bits), (Quantity.PerSecond(rate), Quantity.BitsPerSecond(rate)));

    [Theory]
    [InlineData(0, "now")]
    [InlineData(12, "12 s ago")]
    [InlineData(300, "5 min ago")]
    [InlineData(3 * 3600, "3 h ago")]
    [InlineData(5 * 86_400, "5 d ago")]
    public void Time_since_should_be_in_one_unit(int seconds, string ago) => Assert.Equal((ago, "never"), (Quantity.Ago(SampleAnswers.Now.AddSeconds(-seconds), SampleAnswers.Now), Quantity.Ago(null, SampleAnswers.Now)));

    [Fact]
    public void What_somebody_named_should_not_move_the_cursor_and_wide_names_be_aligned()
    {
        Assert.Equal("[2J gone\n", Text(new Screen(["\u001b[2J gone"])));
        StatsEntry[] stats = SampleAnswers.Stats(2);
        string[] lines = Text(StatsScreen.ByRule([stats[0] with { Name = "カメラ\u202e一" }, stats[1] with { Name = "e\u0301cran" }], SampleAnswers.Now)).Split('\n');
        Assert.Equal(["ok     カメラ 一 ", "ok     e\u0301cran "], lines[2..4].Select(l => l[..(l.IndexOf("239", StringComparison.Ordinal))].TrimEnd() + " "));
        Assert.Distinct(lines[2..4]);
        Assert.Equal(TextWidth.Of(lines[2][..lines[2].IndexOf("239", StringComparison.Ordinal)]), TextWidth.Of(lines[3][..lines[3].IndexOf("239", StringComparison.Ordinal)]));
    }

    [Fact]
    public void Colour_should_only_repeat_the_word()
    {
        Line failed = new(new Span("failed", Ink.Bad), new Span("  video", Ink.Plain));
        Assert.Equal(("failed  video", "\e[1;31mfailed\e[0m  video"), (failed.Text(false), failed.Text(true)));
    }

    [Fact]
    public void Version_should_say_whether_changes_are_saved_where_and_why_not_since_when()
    {
        string Say(SavingEntry? saving) => Text(AnswerScreen.Of(new ControlResponse.Version(new VersionEntry(1, "0.1.0") { Saving = saving })));
        DateTimeOffset since = new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Local);

        Assert.Equal("mcrd 0.1.0, control protocol 1\n", Say(null));
        Assert.Equal("mcrd 0.1.0, control protocol 1\nchanges are not saved and end with mcrd (persist = off)\n", Say(new SavingEntry(false, null, null, null)));
        Assert.Equal("mcrd 0.1.0, control protocol 1\nchanges are saved in /var/lib/mcr\n", Say(new SavingEntry(true, "/var/lib/mcr", null, null)));
        Assert.Equal(
            "mcrd 0.1.0, control protocol 1\nchanges CANNOT be saved in /var/lib/mcr since 2026-03-04 05:06:07 and would not survive a restart of mcrd: No space left on device\n",
            Say(new SavingEntry(true, "/var/lib/mcr", "No space left on device", since)));
    }

    [Fact]
    public void Version_should_say_how_posting_of_events_goes()
    {
        string Say(WebhookEntry webhook) => Text(AnswerScreen.Of(new ControlResponse.Version(new VersionEntry(1, "0.1.0") { Webhook = webhook })));
        DateTimeOffset since = new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Local);

        Assert.Equal("mcrd 0.1.0, control protocol 1\nevents are posted to https://x.example: 1,007 were taken, 2 wait, 0 are lost\n", Say(new WebhookEntry("https://x.example", 1007, 2, 0, null, null)));
        Assert.Equal(
            "mcrd 0.1.0, control protocol 1\nevents CANNOT be posted to https://x.example since 2026-03-04 05:06:07: no route (7 were taken, 2 wait, 1 are lost)\n",
            Say(new WebhookEntry("https://x.example", 7, 2, 1, "no route", since)));
    }

    [Fact]
    public void Nothing_should_be_said_in_words() => Assert.Equal("no workers\n", Text(AnswerScreen.Of(new ControlResponse.Workers([]))));

    private static string Text(Screen screen, int width = 300) => string.Concat(screen.Lines(width).Select(line => line.Text(isColoured: false) + "\n"));
}

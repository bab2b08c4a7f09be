using Mcr.Actors.Control;
using Mcr.Host.Mcrctl;
using Spectre.Console;

namespace Mcr.Specs.Control;

public sealed class TablesSpecs
{
    [Theory]
    [MemberData(nameof(ResponseCodecSpecs.Recorded), MemberType = typeof(ResponseCodecSpecs))]
    public void Every_answer_but_an_error_should_have_a_form_for_people(string json, ControlResponse response)
    {
        string text = Print(response);

        if (response is not ControlResponse.Config) // which is a file, as it is
            Assert.DoesNotContain("{", text, StringComparison.Ordinal);
        Assert.Equal(response is ControlResponse.Error, text.Length == 0);
        Assert.NotEmpty(json);
    }

    [Fact]
    public void A_rule_should_have_its_outputs_below_each_other_and_its_reason_beside_its_status()
    {
        string text = Print(new ControlResponse.Rules([new RuleEntry("r-1", "[red]x", "eth0", "239.1.1.1", 5000, [new OutputEntry("239.2.2.2", 6000, "eth1", "1"), new OutputEntry("10.0.0.2", 6001, "wg0", "64")], "Pending", "eth0 does not exist yet", DateTimeOffset.UnixEpoch, "mcrctl", "10.0.0.7")]));

        Assert.All(
            ["r-1", "[red]x", "239.1.1.1:5000:eth0 from 10.0.0.7", "239.2.2.2:6000:eth1 ttl 1", "10.0.0.2:6001:wg0 ttl 64", "Pending since ", "eth0 does not exist yet", "mcrctl"],
            word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Table_of_rules_should_say_how_each_is_since_when_why_and_where_it_comes_from()
    {
        string[] states = ["Active", "Pending", "Degraded", "Failed"];
        string?[] reasons = [null, "interface eth0 does not exist", "output 239.2.2.2:6000 on eth1: eth1 is down", "eth0: worker 0 died of it 5 times"];
        DateTimeOffset since = new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Local);
        string text = Print(new ControlResponse.Rules([.. states.Zip(reasons, (state, why) => new RuleEntry("0a1b2c3d4e5f6071", "video", "eth0", "239.1.1.1", 5000, [new OutputEntry("239.2.2.2", 6000, "eth1", "1"), new OutputEntry("239.2.2.3", 6000, "eth2", "1")], state, why, since, "/etc/mcr/mcrd.hocon:12:5", null))]), 120);
        string[] lines = text.Split('\n');
        Assert.All(lines, line => Assert.InRange(line.TrimEnd().Length, 0, 120));
        Assert.All(states, state => Assert.Single(lines, line => line.TrimEnd().EndsWith($" {state} since 2026-03-04 05:06:07", StringComparison.Ordinal)));
        Assert.Contains(" ttl 1   interface eth0 does not exist ", text, StringComparison.Ordinal);
        Assert.Contains(" ttl 1   eth0: worker 0 died of it 5 times ", text, StringComparison.Ordinal);
        Assert.Equal(states.Length, lines.Count(line => line.StartsWith("  of /etc/mcr/mcrd.hocon:12:5 ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Options_of_an_output_should_be_beside_it()
    {
        OutputEntry[] outputs =
        [
            new("ff0e::2", 6000, "eth1", "decrement") { Source = "keep", Dscp = 46, RateLimit = 1_500_000_000, MaxBurst = 8, Pace = "on", Priority = 5 },
            new("ff0e::3", 6001, "eth1", "1") { RateLimit = 1_234 },
        ];

        string text = Print(new ControlResponse.Rules([new RuleEntry("r-6", null, "eth0", "ff3e::1", 5000, outputs, "Active", null, DateTimeOffset.UnixEpoch, "mcrctl", "2001:db8::1")]));

        Assert.Contains("[ff3e::1]:5000:eth0 from 2001:db8::1", text, StringComparison.Ordinal);
        Assert.Contains("[ff0e::2]:6000:eth1 ttl decrement, source keep, dscp 46, rate-limit 1500Mbit, max-burst 8, pace on, priority 5", text, StringComparison.Ordinal);
        Assert.Contains("[ff0e::3]:6001:eth1 ttl 1, rate-limit 1234bit", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_should_say_whether_changes_are_saved_where_and_why_not_since_when()
    {
        string Say(SavingEntry? saving) => Print(new ControlResponse.Version(new VersionEntry(1, "0.1.0") { Saving = saving }));
        DateTimeOffset since = new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Local);

        Assert.Equal("mcrd 0.1.0, control protocol 1\n", Say(null));
        Assert.Equal("mcrd 0.1.0, control protocol 1\nchanges are not saved and end with mcrd (persist = off)\n", Say(new SavingEntry(false, null, null, null)));
        Assert.Equal("mcrd 0.1.0, control protocol 1\nchanges are saved in /var/lib/mcr\n", Say(new SavingEntry(true, "/var/lib/mcr", null, null)));
        Assert.Equal(
            "mcrd 0.1.0, control protocol 1\nchanges CANNOT be saved in /var/lib/mcr since 2026-03-04 05:06:07 and would not survive a restart of mcrd: No space left on device\n",
            Say(new SavingEntry(true, "/var/lib/mcr", "No space left on device", since)));
    }

    [Fact]
    public void Nothing_should_be_said_in_words() => Assert.Equal("no workers\n", Print(new ControlResponse.Workers([])));

    [Fact]
    public void What_somebody_named_should_not_move_the_cursor() =>
        Assert.DoesNotContain('\u001b', Print(new ControlResponse.Success("\u001b[2J gone")));

    private static string Print(ControlResponse response, int width = 300)
    {
        var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        Tables.Print(console, response);
        return text.ToString();
    }
}

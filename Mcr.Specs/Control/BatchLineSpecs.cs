using Mcr.Actors.Control;
using Mcr.Host.Mcrctl;
using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Specs.Control;

public sealed class BatchLineSpecs
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  # all of it", "")]
    [InlineData("remove --name a", "remove|--name|a")]
    [InlineData("\tremove  --name\ta # b", "remove|--name|a")]
    [InlineData("remove --name 'a b'", "remove|--name|a b")]
    [InlineData("remove --name \"a 'b' \\\" c\"", "remove|--name|a 'b' \" c")]
    [InlineData("remove --name a\\ b#c", "remove|--name|a b#c")]
    [InlineData("remove --name ''", "remove|--name|")]
    [InlineData("a'b'\"c\"d", "abcd")]
    [InlineData("'a\\b'", "a\\b")]
    public void Line_should_be_taken_apart_as_a_shell_would(string line, string words) =>
        Assert.Equal(words, string.Join('|', BatchLine.Split(line, [])!));

    [Theory]
    [InlineData("remove 'a", "a ' is never closed; put one at the end of the word")]
    [InlineData("remove \"a", "a \" is never closed; put one at the end of the word")]
    [InlineData("remove \\", "the line ends with a backslash; a command takes one line")]
    public void Line_that_goes_on_should_be_a_problem(string line, string problem)
    {
        var problems = new List<string>();
        Assert.Null(BatchLine.Split(line, problems));
        Assert.Equal([problem], problems);
    }

    [Theory]
    [InlineData("""{"Remove":{"name":"video"}}""", "Remove name=video")]
    [InlineData("""{"Reload":{}}""", "Reload")]
    [InlineData("""{"Add":{"input_port":"5000","outputs":[{"group":"239.2.2.2","port":"6000"},{"group":"::1"}],"force":false}}""", "Add input_port=5000 outputs=239.2.2.2:6000,::1")]
    [InlineData("[1,null]", "1,")]
    public void Request_of_an_audit_entry_should_be_words(string json, string words) =>
        Assert.Equal(words, RequestWords.Of(System.Text.Json.JsonDocument.Parse(json).RootElement));

    [Fact]
    public void Change_should_be_shown_with_a_sign_a_line()
    {
        var several = new RuleShape("r-3", null, "eth0", "239.1.1.1", 5000, null, [new OutputEntry("239.2.2.2", 6000, "eth1", "1")]) { Inputs = [new InputEntry("239.1.1.1", 5000, "eth2") { Source = "10.0.0.7" }], Select = "merge" };
        Assert.Equal("+ r-3 239.1.1.1:5000:eth0 239.1.1.1:5000:eth2 from 10.0.0.7 (select merge) to 239.2.2.2:6000:eth1 ttl 1", ChangeLines.Of(new ChangesEntry(false, "", "00", [several], [], [])).First().Replace(Places.Glue, ' '));
        var before = new RuleShape("r-1", "video", "eth0", "239.1.1.1", 5000, null, [new OutputEntry("239.2.2.2", 6000, "eth1", "1")]);
        RuleShape after = before with { Outputs = [new OutputEntry("239.2.2.2", 6000, "eth1", "8")] };
        Assert.Equal(
            [
                "+ r-2 [ff3e::1]:5000:eth0 from 2001:db8::1 to [ff0e::2]:6000:eth1 ttl 1",
                "~ video 239.1.1.1:5000:eth0 to 239.2.2.2:6000:eth1 ttl 1",
                "      now video 239.1.1.1:5000:eth0 to 239.2.2.2:6000:eth1 ttl 8",
                "- video 239.1.1.1:5000:eth0 to 239.2.2.2:6000:eth1 ttl 1",
                "a note",
                "takes a restart of mcrd: worker.standby: on, now off",
                "so much; nothing was changed",
            ],
            ChangeLines.Of(new ChangesEntry(true, "so much", "00", [new RuleShape("r-2", null, "eth0", "ff3e::1", 5000, "2001:db8::1", [new OutputEntry("ff0e::2", 6000, "eth1", "1")])], [new RuleChangeEntry(before, after)], [before])
            {
                Notes = ["a note"],
                NeedsRestart = ["worker.standby: on, now off"],
            }).Select(line => line.Replace(Places.Glue, ' ')));
    }
}

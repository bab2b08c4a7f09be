using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

public sealed class RedundancyTextSpecs
{
    private static readonly string LongName = new('n', NodeName.MaxLength);

    [Theory]
    [InlineData("nodes=a+b", "nodes=a+b")]
    [InlineData("nodes=a+b,prefer=a,revert=on,takeover-after=100ms", "nodes=a+b")]
    [InlineData("takeover-after=0.25s, revert=no , prefer=b.2, nodes = a_1 + b.2 + c-3", "nodes=a_1+b.2+c-3,prefer=b.2,revert=off,takeover-after=250ms")]
    [InlineData("nodes=b+a,revert=yes,takeover-after=20 ms", "nodes=b+a,takeover-after=20ms")]
    [InlineData("nodes=h+g+f+e+d+c+b+a,prefer=h,takeover-after=10s", "nodes=h+g+f+e+d+c+b+a,takeover-after=10000ms")]
    public void Text_should_be_read_and_written_in_one_way(string text, string canonical)
    {
        RedundancySettings settings = Parse(text);
        Assert.Equal(canonical, RedundancyText.Format(settings));
        Assert.Equal(settings, Parse(canonical));
        Assert.Equal(settings.GetHashCode(), Parse(canonical).GetHashCode());
    }

    [Fact]
    public void What_is_not_said_should_be_as_documented() =>
        Assert.Equal(new RedundancySettings(["b", "a"], "b", true, 100), Parse("nodes=b+a"));

    [Theory]
    [InlineData("", "nodes")]
    [InlineData("nodes=", "nodes")]
    [InlineData("prefer=a", "nodes")]
    [InlineData("nodes=a", "nodes")]
    [InlineData("nodes=a+b+c+d+e+f+g+h+i", "nodes")]
    [InlineData("nodes=a+b+a", "nodes")]
    [InlineData("nodes=a+b c", "nodes")]
    [InlineData("nodes=a+", "nodes")]
    [InlineData("nodes=a+-b", "nodes")]
    [InlineData("nodes=a+b,prefer=c", "prefer")]
    [InlineData("nodes=a+b,prefer=", "prefer")]
    [InlineData("nodes=a+b,revert=perhaps", "revert")]
    [InlineData("nodes=a+b,takeover-after=19ms", "takeover-after")]
    [InlineData("nodes=a+b,takeover-after=10001ms", "takeover-after")]
    [InlineData("nodes=a+b,takeover-after=100", "takeover-after")]
    [InlineData("nodes=a+b,revert=on,revert=on", "revert")]
    [InlineData("nodes=a+b,owner=a", "")]
    [InlineData("nodes=a+b,revert", "")]
    public void What_cannot_be_should_be_refused_by_name(string text, string key)
    {
        var problems = new List<string>();
        Assert.Null(RedundancyText.Parse(text, (where, sentence) =>
        {
            problems.Add(where);
            Assert.DoesNotContain(sentence, char.IsControl);
        }));
        Assert.Equal([key], problems);
    }

    [Fact]
    public void All_problems_should_be_said_at_once()
    {
        var problems = new List<string>();
        Assert.Null(RedundancyText.Parse("nodes=a/b+a/b,prefer=c,revert=\u0007,takeover-after=1h,x=1", (key, sentence) => problems.Add($"{key}: {sentence}")));
        Assert.Equal(
            [
                ": 'x' is no key of ha; they are nodes, prefer, revert, takeover-after",
                "nodes: 'a/b' is no name of a node; those have 1 to 64 letters, digits, -, _ and ., and begin with a letter or a digit",
                "nodes: 'a/b' is there twice; name each node once",
                "prefer: 'c' is none of the nodes (a/b, a/b); give one of them, or leave it out for the first",
                "revert: '?' is neither on nor off",
                "takeover-after: '1h' is no time of silence after which another node takes over; give one from 20ms to 10s such as 100ms",
            ],
            problems);
    }

    [Fact]
    public void Names_should_be_as_long_as_those_of_a_cluster()
    {
        Assert.Equal(LongName, Parse($"nodes=a+{LongName}").Nodes[1]);
        Assert.Null(RedundancyText.Parse($"nodes=a+{LongName}n", (_, _) => { }));
    }

    [Fact]
    public void Order_should_be_the_same_on_all_nodes_however_they_write_them()
    {
        Assert.Equal(["c", "A", "a", "b"], Parse("nodes=b+c+a+A,prefer=c").Order); // ordinal
        Assert.Equal(Parse("nodes=a+b+c,prefer=b").Order, Parse("nodes=c+b+a,prefer=b").Order);
        Assert.Equal([0, 1, 2, -1], new[] { "b", "a", "c", "d" }.Select(Parse("nodes=c+b+a,prefer=b").RankOf));
    }

    [Fact]
    public void Settings_should_be_equal_by_what_they_say()
    {
        RedundancySettings settings = Parse("nodes=a+b");
        Assert.NotEqual(settings, Parse("nodes=b+a,prefer=a")); // as it is written
        Assert.NotEqual(settings, Parse("nodes=a+b,prefer=b"));
        Assert.NotEqual(settings, Parse("nodes=a+b,revert=off"));
        Assert.NotEqual(settings, Parse("nodes=a+b,takeover-after=99ms"));
    }

    [Fact]
    public void Rule_should_be_another_one_with_it_and_its_text_as_ever_without()
    {
        ForwardingRule rule = TestRules.Rule("eth0", "239.1.1.1", 5000, "video", "239.2.2.2:6000:eth1");
        ForwardingRule redundant = rule with { Redundancy = Parse("nodes=b+a,revert=off") };
        Assert.DoesNotContain("ha=", rule.CanonicalText, StringComparison.Ordinal);
        Assert.Equal($"{rule.CanonicalText} ha=nodes=b+a,revert=off", redundant.CanonicalText);
        Assert.NotEqual(rule, redundant);
        Assert.Equal(redundant, rule with { Redundancy = Parse("nodes=b+a,revert=off") });
        Assert.Equal((null, "nodes=b+a,revert=off"), (rule.RedundancyText, redundant.RedundancyText));
    }

    private static RedundancySettings Parse(string text) =>
        RedundancyText.Parse(text, (key, sentence) => Assert.Fail($"{key}: {sentence}"))!;
}

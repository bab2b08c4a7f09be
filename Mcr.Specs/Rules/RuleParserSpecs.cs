using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

public sealed class RuleParserSpecs
{
    private const string Multicast = "a multicast group such as 239.1.1.1, or a unicast address of this host";
    private const string Receiver = "a multicast group such as 239.2.2.2, or the unicast address of a receiver";
    private const string Sender = "the sender's unicast address, such as 10.0.0.7";

    private static readonly RuleDraft Good = new()
    {
        InputInterface = "eth0",
        InputGroup = "239.1.1.1",
        InputPort = "5000",
        Outputs = [new OutputDraft { Interface = "eth1", Group = "239.2.2.2", Port = "6000" }],
    };

    [Fact]
    public void Parser_should_read_every_field()
    {
        ForwardingRule rule = Accept(Good with
        {
            Id = "a-1_b.c",
            Name = "Überwachung 1",
            InputSource = "10.0.0.7",
            Outputs = [new OutputDraft { Interface = "eth1", Group = "239.2.2.2", Port = "65535", Ttl = "255" }, new OutputDraft { Interface = "eth2", Group = "10.0.0.9", Port = "1" }],
        });
        Assert.Equal(
            "rule/1 id=a-1_b.c name=Überwachung 1 input/1 interface=eth0 source=10.0.0.7 group=239.1.1.1 port=5000 " +
            "output/1 interface=eth1 group=239.2.2.2 port=65535 ttl=255 output/1 interface=eth2 group=10.0.0.9 port=1 ttl=64",
            rule.CanonicalText);
    }

    [Fact]
    public void Rule_without_an_id_should_get_that_of_its_input() => Assert.Equal(RuleId.Of(Accept(Good).Input), Accept(Good).Id);

    [Theory]
    [InlineData("239.2.2.2", null, 1)]
    [InlineData("10.0.0.9", null, 64)]
    [InlineData("239.2.2.2", "1", 1)]
    [InlineData("10.0.0.9", "1", 1)]
    [InlineData("239.2.2.2", "255", 255)]
    public void Time_to_live_should_have_a_default(string group, string? ttl, int effective) =>
        Assert.Equal(effective, Accept(WithOutput(o => o with { Group = group, Ttl = ttl })).Outputs[0].EffectiveTtl);

    [Theory]
    [InlineData(null, "is missing; give " + Multicast)]
    [InlineData("", "is missing; give " + Multicast)]
    [InlineData("x", "'x' is not an IP address; give " + Multicast)]
    [InlineData("239.1.1", "'239.1.1' is not an IP address; give " + Multicast)]
    [InlineData("5", "'5' is not an IP address; give " + Multicast)]
    [InlineData("239.1.1.256", "'239.1.1.256' is not an IP address; give " + Multicast)]
    [InlineData("239.1.1.01", "'239.1.1.01' is not an IP address; give " + Multicast)]
    [InlineData("0xEF.1.1.1", "'0xEF.1.1.1' is not an IP address; give " + Multicast)]
    [InlineData(" 239.1.1.1", "' 239.1.1.1' is not an IP address; give " + Multicast)]
    [InlineData("239.1.1.1 ", "'239.1.1.1 ' is not an IP address; give " + Multicast)]
    [InlineData("239.1.1.1/8", "'239.1.1.1/8' has bits behind its first 8; give 239.0.0.0/8")]
    [InlineData("239.1.1.1:5000", "'239.1.1.1:5000' is not an IP address; give " + Multicast)]
    [InlineData("0.0.0.0", "'0.0.0.0' is neither a multicast group nor a unicast address; use 224.0.0.0 to 239.255.255.255, or the address of one host")]
    [InlineData("240.0.0.1", "'240.0.0.1' is neither a multicast group nor a unicast address; use 224.0.0.0 to 239.255.255.255, or the address of one host")]
    [InlineData("255.255.255.255", "'255.255.255.255' is neither a multicast group nor a unicast address; use 224.0.0.0 to 239.255.255.255, or the address of one host")]
    [InlineData("224.0.0.0", "'224.0.0.0' is reserved for protocols of the local segment (224.0.0.0/24); choose another group, or force the rule if you mean it")]
    [InlineData("224.0.0.255", "'224.0.0.255' is reserved for protocols of the local segment (224.0.0.0/24); choose another group, or force the rule if you mean it")]
    [InlineData("224.0.0.107", "'224.0.0.107' is reserved for precision time (PTP), which a relay would make wrong; choose another group, or force the rule if you mean it")]
    [InlineData("224.0.1.129", "'224.0.1.129' is reserved for precision time (PTP), which a relay would make wrong; choose another group, or force the rule if you mean it")]
    [InlineData("224.0.1.132", "'224.0.1.132' is reserved for precision time (PTP), which a relay would make wrong; choose another group, or force the rule if you mean it")]
    [InlineData("232.1.1.1", "'232.1.1.1' is a source-specific group (232.0.0.0/8) and needs a source; add source = <address of the sender>, or force the rule")]
    public void Input_group_should_be_refused(string? group, string sentence) => Refuse(Good with { InputGroup = group }, "input.group", sentence);

    [Theory]
    [InlineData("224.0.1.1")]
    [InlineData("224.0.1.128")]
    [InlineData("224.0.1.133")]
    [InlineData("239.255.255.255")]
    [InlineData("10.0.0.1")]
    [InlineData("223.255.255.255")]
    [InlineData("1.0.0.0")]
    public void Input_group_should_be_taken(string group) => Assert.Equal(group, Accept(Good with { InputGroup = group }).Input.Group.ToString());

    [Theory]
    [InlineData("224.0.0.1")]
    [InlineData("224.0.0.107")]
    [InlineData("224.0.1.129")]
    [InlineData("232.1.1.1")]
    public void Force_should_take_reserved_and_source_specific_groups(string group)
    {
        Accept(Good with { InputGroup = group, Force = true });
        Accept(WithOutput(o => o with { Group = group }) with { Force = true });
    }

    [Fact]
    public void Force_should_not_make_an_address_of_what_is_none() =>
        Refuse(Good with { InputGroup = "240.0.0.1", Force = true }, "input.group", "'240.0.0.1' is neither a multicast group nor a unicast address; use 224.0.0.0 to 239.255.255.255, or the address of one host");

    [Fact]
    public void Source_specific_group_should_be_taken_with_a_source() => Assert.Equal("10.0.0.7", Accept(Good with { InputGroup = "232.1.1.1", InputSource = "10.0.0.7" }).Input.Source!.ToString());

    [Theory]
    [InlineData("", "is missing; give " + Sender)]
    [InlineData("x", "'x' is not an IP address; give " + Sender)]
    [InlineData("fe80::1", "'fe80::1' and the input '239.1.1.1' are of different address families; give the address that the sender has in the group's")]
    [InlineData("239.1.1.2", "'239.1.1.2' is not a unicast address; give the address of one sender, or leave it out")]
    [InlineData("0.0.0.0", "'0.0.0.0' is not a unicast address; give the address of one sender, or leave it out")]
    [InlineData("255.255.255.255", "'255.255.255.255' is not a unicast address; give the address of one sender, or leave it out")]
    public void Input_source_should_be_refused(string source, string sentence) => Refuse(Good with { InputSource = source }, "input.source", sentence);

    [Theory]
    [InlineData(null, "is missing; give a UDP port from 1 to 65535")]
    [InlineData("", "is missing; give a UDP port from 1 to 65535")]
    [InlineData("0", "'0' is not a UDP port; use a number from 1 to 65535")]
    [InlineData("65536", "'65536' is not a UDP port; use a number from 1 to 65535")]
    [InlineData("-1", "'-1' is not a UDP port; use a number from 1 to 65535")]
    [InlineData("+5", "'+5' is not a UDP port; use a number from 1 to 65535")]
    [InlineData("5 ", "'5 ' is not a UDP port; use a number from 1 to 65535")]
    [InlineData("5,000", "'5,000' is not a UDP port; use a number from 1 to 65535")]
    [InlineData("0x50", "'0x50' is not a UDP port; use a number from 1 to 65535")]
    [InlineData("http", "'http' is not a UDP port; use a number from 1 to 65535")]
    [InlineData("٥", "'٥' is not a UDP port; use a number from 1 to 65535")]
    public void Port_should_be_refused(string? port, string sentence)
    {
        Refuse(Good with { InputPort = port }, "input.port", sentence);
        Refuse(WithOutput(o => o with { Port = port }), "outputs[0].port", sentence);
    }

    [Theory]
    [InlineData(null, "is missing; give the name of a network interface, such as eth0")]
    [InlineData("", "is missing; give the name of a network interface, such as eth0")]
    [InlineData("abcdefghijklmnop", "'abcdefghijklmnop' has 16 characters; Linux interface names have at most 15 (see: ip link)")]
    [InlineData("a/b", "'a/b' is not an interface name; names have no spaces, '/' or ':' (see: ip link)")]
    [InlineData("eth0:1", "'eth0:1' is not an interface name; names have no spaces, '/' or ':' (see: ip link)")]
    [InlineData("a b", "'a b' is not an interface name; names have no spaces, '/' or ':' (see: ip link)")]
    [InlineData("a\tb", "'a?b' is not an interface name; names have no spaces, '/' or ':' (see: ip link)")]
    [InlineData("a\0b", "'a?b' is not an interface name; names have no spaces, '/' or ':' (see: ip link)")]
    [InlineData(".", "'.' is not an interface name; names have no spaces, '/' or ':' (see: ip link)")]
    [InlineData("..", "'..' is not an interface name; names have no spaces, '/' or ':' (see: ip link)")]
    public void Interface_should_be_refused(string? name, string sentence)
    {
        Refuse(Good with { InputInterface = name }, "input.interface", sentence);
        Refuse(WithOutput(o => o with { Interface = name }), "outputs[0].interface", sentence);
    }

    /// <summary>The kernel counts bytes (IFNAMSIZ), and a longer name does not fit a system call.</summary>
    [Fact]
    public void Interface_name_should_be_measured_in_bytes() =>
        Refuse(Good with { InputInterface = "überwachungsäöü" }, "input.interface", "'überwachungsäöü' has 19 bytes; Linux interface names have at most 15 (see: ip link)");

    [Theory]
    [InlineData("abcdefghijklmno")]
    [InlineData("eth0.100")]
    [InlineData("br-a_b@c")]
    [InlineData("überwachung")]
    public void Interface_should_be_taken(string name) => Assert.Equal(name, Accept(Good with { InputInterface = name }).Input.Interface);

    [Theory]
    [InlineData(null, "is missing; give " + Receiver)]
    [InlineData("239.2.2", "'239.2.2' is not an IP address; give " + Receiver)]
    [InlineData("ff0e::1", "'ff0e::1' and the input '239.1.1.1' are of different address families; a relay does not translate between IPv4 and IPv6")]
    [InlineData("240.0.0.1", "'240.0.0.1' is neither a multicast group nor a unicast address; use 224.0.0.0 to 239.255.255.255, or the address of one host")]
    [InlineData("224.0.0.5", "'224.0.0.5' is reserved for protocols of the local segment (224.0.0.0/24); choose another group, or force the rule if you mean it")]
    public void Output_group_should_be_refused(string? group, string sentence) => Refuse(WithOutput(o => o with { Group = group }), "outputs[0].group", sentence);

    [Theory]
    [InlineData("0")]
    [InlineData("256")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("")]
    [InlineData("x")]
    public void Time_to_live_should_be_refused(string ttl) => Refuse(WithOutput(o => o with { Ttl = ttl }), "outputs[0].ttl", $"'{ttl}' is not a time to live; use a number from 1 to 255, or decrement");

    [Fact]
    public void Rule_should_have_between_1_and_64_outputs()
    {
        Refuse(Good with { Outputs = [] }, "outputs", "a rule needs at least one output; give a group, a port and an interface");
        Refuse(Good with { Outputs = Many(65) }, "outputs", "65 outputs are more than the 64 that one rule may have; split them over several rules on different inputs");
        Assert.Equal(64, Accept(Good with { Outputs = Many(64) }).Outputs.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a/b")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")] // 65
    public void Id_should_be_refused(string id) => Refuse(Good with { Id = id }, "id", $"'{id}' is not a rule id; use 1 to 64 of A-Z a-z 0-9 . _ -");

    [Theory]
    [InlineData("", "")]
    [InlineData("a\nb", "a?b")]
    [InlineData("\u001b[31m", "?[31m")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")] // 65
    public void Name_should_be_refused(string name, string quoted) => Refuse(Good with { Name = name }, "name", $"'{quoted}' is not a rule name; use 1 to 64 printable characters");

    [Fact]
    public void Names_of_the_longest_length_should_be_taken() => Accept(Good with { Id = new string('a', 64), Name = new string('n', 64) });

    [Fact]
    public void Long_values_should_be_cut_in_sentences() => Refuse(Good with { InputPort = new string('9', 5000) }, "input.port", $"'{new string('9', 80)}…' is not a UDP port; use a number from 1 to 65535");

    [Fact]
    public void Parser_should_tell_all_problems_at_once()
    {
        var draft = new RuleDraft { Id = "", Name = "", InputSource = "", Outputs = [new OutputDraft { Ttl = "0" }, Good.Outputs[0], new OutputDraft()] };
        Assert.Equal(
            [
                "input.interface", "input.group", "input.port", "input.source",
                "outputs[0].group", "outputs[0].port", "outputs[0].interface", "outputs[0].ttl",
                "outputs[2].group", "outputs[2].port", "outputs[2].interface", "id", "name",
            ],
            Problems(draft).Select(p => p.Field));
        Assert.Equal("id: '' is not a rule id; use 1 to 64 of A-Z a-z 0-9 . _ -", Problems(draft)[^2].ToString());
    }

    private static OutputDraft[] Many(int count) => [.. Enumerable.Range(1, count).Select(i => Good.Outputs[0] with { Port = $"{i}" })];

    private static RuleDraft WithOutput(Func<OutputDraft, OutputDraft> change) => Good with { Outputs = [change(Good.Outputs[0])] };

    private static ForwardingRule Accept(RuleDraft draft)
    {
        ForwardingRule? rule = RuleParser.Parse(draft, out IReadOnlyList<RuleProblem> problems);
        Assert.Empty(problems);
        return rule!;
    }

    private static IReadOnlyList<RuleProblem> Problems(RuleDraft draft)
    {
        Assert.Null(RuleParser.Parse(draft, out IReadOnlyList<RuleProblem> problems));
        Assert.NotEmpty(problems);
        return problems;
    }

    private static void Refuse(RuleDraft draft, string field, string sentence) => Assert.Equal(new RuleProblem(field, sentence), Assert.Single(Problems(draft)));
}

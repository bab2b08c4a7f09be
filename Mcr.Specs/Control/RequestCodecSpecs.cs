using System.Diagnostics;
using System.Text;
using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

public sealed class RequestCodecSpecs(ITestOutputHelper output)
{
    private const string FullAdd =
        """{"version":1,"command":{"Add":{"rule_id":"r-1","name":"video","input_interface":"eth0","input_group":"239.1.1.1","input_port":"65536","source":"10.0.0.7","outputs":[{"group":"239.2.2.2","port":"6000","interface":"eth1","ttl":"8"}],"force":true}}}""";

    private static readonly ControlRequest.Add Add = new()
    {
        RuleId = "r-1",
        Name = "video",
        InputInterface = "eth0",
        InputGroup = "239.1.1.1",
        InputPort = "65536",
        Source = "10.0.0.7",
        Outputs = [new OutputText { Group = "239.2.2.2", Port = "6000", Interface = "eth1", Ttl = "8" }],
        Force = true,
    };

    public static TheoryData<string, ControlRequest> Recorded => new()
    {
        { FullAdd, Add },
        { """{"version":1,"command":{"Add":{"outputs":[],"force":false}}}""", new ControlRequest.Add() },
        {
            """{"version":1,"command":{"Add":{"inputs":[{"group":"239.1.1.2","port":"5000","interface":"eth1","source":"10.0.0.7"}],"select":"merge","outputs":[],"force":false}}}""",
            new ControlRequest.Add { Inputs = [new InputText { Group = "239.1.1.2", Port = "5000", Interface = "eth1", Source = "10.0.0.7" }], Select = "merge" }
        },
        {
            """{"version":1,"command":{"Add":{"outputs":[{"group":"ff0e::2","port":"6000","interface":"eth1","ttl":"decrement","source":"keep","dscp":"ef","rate_limit":"5M","max_burst":"8","pace":"on","priority":"5"}],"force":false}}}""",
            new ControlRequest.Add { Outputs = [new OutputText { Group = "ff0e::2", Port = "6000", Interface = "eth1", Ttl = "decrement", Source = "keep", Dscp = "ef", RateLimit = "5M", MaxBurst = "8", Pace = "on", Priority = "5" }] }
        },
        { """{"version":1,"command":{"Remove":{"rule_id":"r-1"}}}""", new ControlRequest.Remove { RuleId = "r-1" } },
        { """{"version":1,"command":{"Remove":{"name":"video"}}}""", new ControlRequest.Remove { Name = "video" } },
        { """{"version":1,"command":{"SetWorkers":{"interface":"eth0","count":"3"}}}""", new ControlRequest.SetWorkers { Interface = "eth0", Count = "3" } },
        {
            """{"version":1,"command":{"ChangeRules":{"rules":[{"input_port":"5000","outputs":[{"port":"6000"}],"force":false}],"removals":[{"name":"video"}],"replace":true,"dry_run":true,"confirm":"60s","from":"rules.hocon"}}}""",
            new ControlRequest.ChangeRules { Rules = [new ControlRequest.Add { InputPort = "5000", Outputs = [new OutputText { Port = "6000" }] }], Removals = [new ControlRequest.Remove { Name = "video" }], Replace = true, DryRun = true, Confirm = "60s", From = "rules.hocon" }
        },
        { """{"version":1,"command":{"ChangeRules":{"rules":[],"removals":[],"replace":false,"dry_run":false}}}""", new ControlRequest.ChangeRules() },
        { """{"version":1,"command":{"ConfirmChange":{}}}""", new ControlRequest.ConfirmChange() },
        { """{"version":1,"command":{"Reload":{}}}""", new ControlRequest.Reload() },
        { """{"version":1,"command":{"SaveConfig":{}}}""", new ControlRequest.SaveConfig() },
        { """{"version":1,"command":{"ShowAudit":{"last":"5"}}}""", new ControlRequest.ShowAudit { Last = "5" } },
        { """{"version":1,"command":{"ShowConfig":{}}}""", new ControlRequest.ShowConfig() },
        { """{"version":1,"command":{"ListRules":{}}}""", new ControlRequest.ListRules() },
        { """{"version":1,"command":{"Stats":{}}}""", new ControlRequest.Stats() },
        { """{"version":1,"command":{"ListWorkers":{}}}""", new ControlRequest.ListWorkers() },
        { """{"version":1,"command":{"Interfaces":{}}}""", new ControlRequest.Interfaces() },
        { """{"version":1,"command":{"Events":{"last":"5"}}}""", new ControlRequest.Events { Last = "5" } },
        { """{"version":1,"command":{"Events":{"from":17}}}""", new ControlRequest.Events { From = 17 } },
        { """{"version":1,"command":{"GetLogLevels":{}}}""", new ControlRequest.GetLogLevels() },
        { """{"version":1,"command":{"SetLogLevel":{"global":"info"}}}""", new ControlRequest.SetLogLevel { Global = "info" } },
        { """{"version":1,"command":{"SetLogLevel":{"facility":"Network","level":"debug"}}}""", new ControlRequest.SetLogLevel { Facility = "Network", Level = "debug" } },
        { """{"version":1,"command":{"ClusterStatus":{}}}""", new ControlRequest.ClusterStatus() },
        { """{"version":1,"command":{"ClusterRules":{}}}""", new ControlRequest.ClusterRules() },
        { """{"version":1,"command":{"ClusterLeave":{}}}""", new ControlRequest.ClusterLeave() },
        { """{"version":1,"command":{"ClusterJoin":{}}}""", new ControlRequest.ClusterJoin() },
        { """{"version":1,"command":{"ClusterDown":{"member":"b"}}}""", new ControlRequest.ClusterDown { Member = "b" } },
        { """{"version":1,"command":{"ClusterForget":{"member":"b"}}}""", new ControlRequest.ClusterForget { Member = "b" } },
        { """{"version":1,"command":{"ClusterTakeover":{"rule":"video","member":"b"}}}""", new ControlRequest.ClusterTakeover { Rule = "video", Member = "b" } },
        { """{"version":1,"node":"b","command":{"ClusterTakeover":{"rule":"r-1","member":"b","because":"node a is drained"}}}""", new ControlRequest.ClusterTakeover { Rule = "r-1", Member = "b", Because = "node a is drained", Node = "b" } },
        { """{"version":1,"command":{"ClusterDrain":{"member":"b","end":false}}}""", new ControlRequest.ClusterDrain { Member = "b" } },
        { """{"version":1,"command":{"ClusterDrain":{"member":"b","end":true}}}""", new ControlRequest.ClusterDrain { Member = "b", End = true } },
        { """{"version":1,"node":"a","command":{"ClusterYield":{"rule":"r-1","member":"b","now":true}}}""", new ControlRequest.ClusterYield { Rule = "r-1", Member = "b", Now = true, Node = "a" } },
        { """{"version":1,"node":"b","command":{"ClusterLeg":{"from":"a","rule":"studio","output":"239.2.2.2:6000 on out0","instance":"0000000000000007","id":"00000000000000ff"}}}""", new ControlRequest.ClusterLeg { From = "a", Rule = "studio", Output = "239.2.2.2:6000 on out0", Instance = "0000000000000007", Id = "00000000000000ff", Node = "b" } },
        { """{"version":1,"command":{"ClusterLeg":{}}}""", new ControlRequest.ClusterLeg() },
        { """{"version":1,"node":"b","command":{"ListRules":{}}}""", new ControlRequest.ListRules { Node = "b" } },
        { """{"version":1,"command":{"Ping":{}}}""", new ControlRequest.Ping() },
        { """{"version":1,"command":{"Version":{}}}""", new ControlRequest.Version() },
    };

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_request_should_be_the_recorded_text_and_come_back(string json, ControlRequest request)
    {
        Assert.Equal(json, Encoding.UTF8.GetString(RequestCodec.Encode(request)));
        Assert.Equivalent(request, Decode(json), strict: true);
    }

    [Theory]
    [InlineData("6000")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1e400")]
    public void A_port_should_keep_its_text_when_it_comes_as_a_number(string port) =>
        Assert.Equal(port, Assert.IsType<ControlRequest.Add>(Decode($$$$"""{"version":1,"command":{"Add":{"input_port":{{{{port}}}}}}}""")).InputPort);

    [Theory]
    [InlineData("", "the request is not JSON as this version has it: ")]
    [InlineData("hello", "the request is not JSON as this version has it: ")]
    [InlineData("null", "the request is null")]
    [InlineData("[]", "the request is not JSON as this version has it: ")]
    [InlineData("""{"version":1}""", "the request is not JSON as this version has it: ")]
    [InlineData("""{"version":1,"command":null}""", "the request is not JSON as this version has it: ")]
    [InlineData("""{"version":1,"command":{}}""", "the request has no command")]
    [InlineData("""{"version":1,"command":{"Ping":null}}""", "the request has no command")]
    [InlineData("""{"version":1,"command":{"Ping":{},"Stats":{}}}""", "the request has more than one command; send one after another")]
    [InlineData("""{"version":1,"command":{"Ping":{},"Ping":{}}}""", "the request is not JSON as this version has it: ")]
    [InlineData("""{"version":1,"command":{"Reboot":{}}}""", "the request is not JSON as this version has it: ")]
    [InlineData("""{"version":1,"command":{"Add":{"tll":8}}}""", "the request is not JSON as this version has it: ")]
    [InlineData("""{"version":1,"command":{"Add":{"input_port":true}}}""", "the request is not JSON as this version has it: ")]
    [InlineData("""{"version":1,"command":{"Add":{"outputs":null}}}""", "the request is not JSON as this version has it: ")]
    [InlineData("""{"version":1,"command":{"Add":{"outputs":[null]}}}""", "an output of the request is null")]
    [InlineData("""{"version":1,"command":{"Add":{"inputs":[null]}}}""", "an input of the request is null")]
    [InlineData("""{"version":1,"command":{"Add":{"inputs":[{"group":"239.1.1.1","join":"all"}]}}}""", "the request is not JSON as this version has it: ")]
    [InlineData("""{"version":1,"command":{"ChangeRules":{"rules":[{"inputs":[null]}]}}}""", "an input of the request is null")]
    [InlineData("""{"version":1,"command":{"ChangeRules":{"rules":[null]}}}""", "a rule of the request is null")]
    [InlineData("""{"version":1,"command":{"ChangeRules":{"rules":[{"outputs":[null]}]}}}""", "an output of the request is null")]
    [InlineData("""{"version":1,"command":{"ChangeRules":{"removals":[null]}}}""", "a removal of the request is null")]
    [InlineData("""{"version":1,"command":{"ChangeRules":{"rules":null}}}""", "the request is not JSON as this version has it: ")]
    [InlineData("""{"version":1,"command":{"Ping":{}}} x""", "the request is not JSON as this version has it: ")]
    [InlineData("""{"version":2,"command":{"Ping":{}}}""", "the request is of version 2 of the control protocol and this mcrd speaks version 1; use the mcrctl that came with it")]
    [InlineData("""{"more":{"version":1},"version":2,"command":{"Reboot":{}}}""", "the request is of version 2 of the control protocol")]
    public void Anything_else_should_be_refused_with_a_sentence(string json, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<InvalidDataException>(() => Decode(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Members_that_are_missing_should_be_none() =>
        Assert.Equivalent(new ControlRequest.ChangeRules { Rules = [new ControlRequest.Add()] }, Decode("""{"version":1,"command":{"ChangeRules":{"rules":[{}]}}}"""), strict: true);

    [Fact]
    public void A_refusal_should_fit_one_line_of_a_log()
    {
        string name = string.Concat(Enumerable.Repeat(@"\n[STATS] recv=1\u001b[2J", 100));

        string sentence = Assert.Throws<InvalidDataException>(() => Decode($$$$"""{"version":1,"command":{"{{{{name}}}}":{}}}""")).Message;

        Assert.DoesNotContain(sentence, char.IsControl);
        Assert.InRange(sentence.Length, 1, 300);
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_requests_should_never_do_more_than_be_refused()
    {
        byte[][] seeds = [.. Recorded.Select(row => Encoding.UTF8.GetBytes(row.Data.Item1)), """{"version":1,"command":{"Add":{"name":"\ud83d\ude00","input_port":5000,"outputs":[{"ttl":8}]}}}"""u8.ToArray()];
        var watch = Stopwatch.StartNew();

        int accepted = Mutations.Run(output, seeds, 200_000, bytes => RequestCodec.Decode(bytes));

        output.WriteLine($"{accepted} accepted, {watch.ElapsedMilliseconds} ms");
        Assert.InRange(accepted, 1, 199_999);
    }

    private static ControlRequest Decode(string json) => RequestCodec.Decode(Encoding.UTF8.GetBytes(json));
}

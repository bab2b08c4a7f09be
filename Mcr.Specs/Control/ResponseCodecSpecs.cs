using System.Text;
using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

/// <summary>The shapes are those of the Rust program of the same name, with more members; scripts read them.</summary>
public sealed class ResponseCodecSpecs(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly RedundancyEntry Redundant = new("r-1", "video", ["a"],
    [
        new RedundancyNodeEntry("a", "forwarding") { Since = Noon, Why = "it was told to", Flowing = true, Hears = true },
        new RedundancyNodeEntry("b", "unfit") { Unfit = "its input eth0 is down", Flowing = false },
    ])
    {
        Warning = "no",
    };

    public static TheoryData<string, ControlResponse> Recorded => new()
    {
        {
            """{"Rules":[{"rule_id":"r-1","name":"video","input_interface":"eth0","input_group":"239.1.1.1","input_port":5000,"outputs":[{"group":"239.2.2.2","port":6000,"interface":"eth1","ttl":8}],"status":"Active","why":null,"since":"2026-11-23T12:00:00+00:00","origin":"mcrctl","source":null}]}""",
            new ControlResponse.Rules([new RuleEntry("r-1", "video", "eth0", "239.1.1.1", 5000, [new OutputEntry("239.2.2.2", 6000, "eth1", "8")], "Active", null, Noon, "mcrctl", null)])
        },
        {
            """{"Rules":[{"rule_id":"r-6","name":null,"input_interface":"eth0","input_group":"ff3e::1","input_port":5000,"outputs":[{"group":"ff0e::2","port":6000,"interface":"eth1","ttl":"decrement","source":"2001:db8::7","dscp":46,"rate_limit":5000000,"max_burst":8,"pace":"on","priority":5}],"status":"Active","why":null,"since":"2026-11-23T12:00:00+00:00","origin":"mcrctl","source":"2001:db8::1","force":true}]}""",
            new ControlResponse.Rules(
            [
                new RuleEntry("r-6", null, "eth0", "ff3e::1", 5000, [new OutputEntry("ff0e::2", 6000, "eth1", "decrement") { Source = "2001:db8::7", Dscp = 46, RateLimit = 5_000_000, MaxBurst = 8, Pace = "on", Priority = 5 }], "Active", null, Noon, "mcrctl", "2001:db8::1") { Force = true },
            ])
        },
        {
            """{"Rules":[{"rule_id":"r-1","name":"video","input_interface":"eth0","input_group":"239.1.1.1","input_port":5000,"outputs":[],"status":"Active","why":null,"since":"2026-11-23T12:00:00+00:00","origin":"mcrctl","source":null,"redundancy":{"rule_id":"r-1","name":"video","forwarding":["a"],"nodes":[{"node":"a","role":"forwarding","since":"2026-11-23T12:00:00+00:00","why":"it was told to","flowing":true,"hears":true},{"node":"b","role":"unfit","since":null,"why":null,"unfit":"its input eth0 is down","flowing":false,"hears":null}],"warning":"no"},"ha":"nodes=a\u002Bb"}]}""",
            new ControlResponse.Rules(
            [
                new RuleEntry("r-1", "video", "eth0", "239.1.1.1", 5000, [], "Active", null, Noon, "mcrctl", null) { Ha = "nodes=a+b", Redundancy = Redundant },
            ])
        },
        {
            """{"Rules":[{"rule_id":"r-1","name":null,"input_interface":"eth0","input_group":"239.1.1.1","input_port":5000,"outputs":[],"status":"Active","why":null,"since":"2026-11-23T12:00:00+00:00","origin":"mcrctl","source":null,"inputs":[{"group":"239.1.1.1","port":5000,"interface":"eth1"},{"group":"239.1.1.2","port":5001,"interface":"eth0","source":"10.0.0.7"}],"select":"merge,hold=0"}]}""",
            new ControlResponse.Rules(
            [
                new RuleEntry("r-1", null, "eth0", "239.1.1.1", 5000, [], "Active", null, Noon, "mcrctl", null) { Inputs = [new InputEntry("239.1.1.1", 5000, "eth1"), new InputEntry("239.1.1.2", 5001, "eth0") { Source = "10.0.0.7" }], Select = "merge,hold=0" },
            ])
        },
        { """{"Rules":[]}""", new ControlResponse.Rules([]) },
        {
            """{"Workers":[{"pid":42,"core_id":2,"interface":"eth0","status":"Running","number":1,"cores":[2,3],"restarts":0,"ruleset_hash":"00ff","expected_hash":"00fe","sync":"Updating","repairs":1}]}""",
            new ControlResponse.Workers([new WorkerEntry(42, 2, "eth0", "Running", 1, [2, 3], 0, "00ff", "00fe", "Updating", 1)])
        },
        {
            """{"Stats":[{"input_group":"239.1.1.1","input_port":5000,"packets_relayed":10,"bytes_relayed":13160,"packets_per_second":2.5,"bits_per_second":26320,"rule_id":"r-1","name":null,"input_interface":"eth0","sent":20,"errors":1}]}""",
            new ControlResponse.Stats([new StatsEntry("239.1.1.1", 5000, 10, 13160, 2.5, 26320, "r-1", null, "eth0", 20, 1)])
        },
        {
            """{"Interfaces":[{"name":"eth0","present":true,"index":2,"kind":"Ethernet","up":true,"running":true,"multicast":true,"mtu":1500,"addresses":["10.0.0.1"],"rules":3,"workers":1,"repairs":0}]}""",
            new ControlResponse.Interfaces([new InterfaceEntry("eth0", true, 2, "Ethernet", true, true, true, 1500, ["10.0.0.1"], 3, 1)])
        },
        {
            """{"LogLevels":{"global":"Info","facility_overrides":{"Network":"Debug"},"facilities":{"Network":"Debug","Stats":"Info"}}}""",
            new ControlResponse.LogLevels(new LogLevelsEntry("Info", new Dictionary<string, string> { ["Network"] = "Debug" }, new Dictionary<string, string> { ["Network"] = "Debug", ["Stats"] = "Info" }))
        },
        {
            """{"Config":{"ruleset_hash":"00ff","rules":[],"config_file":"/etc/mcr/mcrd.hocon","hocon":"mcr { }\n"}}""",
            new ControlResponse.Config(new ConfigEntry("00ff", [], "/etc/mcr/mcrd.hocon", "mcr { }\n"))
        },
        {
            """{"Changes":{"dry_run":true,"sentence":"1 rule added","ruleset_hash":"00ff","added":[{"rule_id":"r-1","name":null,"input_interface":"eth0","input_group":"239.1.1.1","input_port":5000,"source":null,"outputs":[{"group":"239.2.2.2","port":6000,"interface":"eth1","ttl":8}]}],"changed":[],"removed":[],"notes":["a"],"needs_restart":["worker.path"]}}""",
            new ControlResponse.Changes(new ChangesEntry(true, "1 rule added", "00ff", [new RuleShape("r-1", null, "eth0", "239.1.1.1", 5000, null, [new OutputEntry("239.2.2.2", 6000, "eth1", "8")])], [], []) { Notes = ["a"], NeedsRestart = ["worker.path"] })
        },
        {
            """{"Audit":[{"time":"2026-11-23T12:00:00+00:00","via":"control","result":"done","sentence":"rule r-1 is removed","uid":0,"gid":0,"pid":7,"user":"root","request":null,"more":3}]}""",
            new ControlResponse.Audit([new AuditEntry(Noon, "control", "done", "rule r-1 is removed") { Uid = 0, Gid = 0, Pid = 7, User = "root", More = 3 }])
        },
        {
            """{"Leg":{"address":"10.7.0.2","port":4107,"id":"00000000000000ff","key":1,"secret":"AAECAwQFBgcICQoLDA0ODw=="}}""",
            new ControlResponse.Leg(new LegOfferEntry("10.7.0.2", 4107, "00000000000000ff", 1, "AAECAwQFBgcICQoLDA0ODw=="))
        },
        { """{"Success":"rule r-1 was added"}""", new ControlResponse.Success("rule r-1 was added") },
        { """{"Error":{"problems":[{"field":"input.port","sentence":"is missing"},{"field":null,"sentence":"no"}]}}""", new ControlResponse.Error([new ProblemEntry("input.port", "is missing"), new ProblemEntry(null, "no")]) },
        { """{"Pong":{}}""", new ControlResponse.Pong() },
        { """{"Version":{"protocol_version":1,"version":"0.1.0"}}""", new ControlResponse.Version(new VersionEntry(1, "0.1.0")) },
        {
            """{"Version":{"protocol_version":1,"version":"0.1.0","saving":{"persist":true,"state_directory":"/var/lib/mcr","error":"full","failing_since":"2026-01-02T03:04:05+00:00"}}}""",
            new ControlResponse.Version(new VersionEntry(1, "0.1.0") { Saving = new SavingEntry(true, "/var/lib/mcr", "full", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)) })
        },
    };

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_response_should_be_the_recorded_text_and_come_back(string json, ControlResponse response)
    {
        Assert.Equal(json, Encoding.UTF8.GetString(ResponseCodec.Encode(response)));
        Assert.Equivalent(response, ResponseCodec.Decode(Encoding.UTF8.GetBytes(json)), strict: true);
        Assert.Equal(response.GetType().Name, ResponseCodec.Kind(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void Redundant_rules_of_a_cluster_should_be_recorded_and_come_back()
    {
        ControlResponse status = new ControlResponse.ClusterStatus(new ClusterEntry("mcr", "a", "member", null, Noon, []) { Redundant = [Redundant] });
        byte[] json = ResponseCodec.Encode(status);
        Assert.Contains("\"redundant\":[{\"rule_id\":\"r-1\",\"name\":\"video\",\"forwarding\":[\"a\"],", Encoding.UTF8.GetString(json), StringComparison.Ordinal);
        Assert.Equivalent(status, ResponseCodec.Decode(json), strict: true);
    }

    /// <summary>They have a form for people of their own, line by line.</summary>
    [Fact]
    public void Events_should_be_the_recorded_text_and_come_back()
    {
        const string Json = """{"Events":{"missed":2,"next":5,"more":true,"events":[{"number":4,"time":"2026-11-23T12:00:00+00:00","severity":"warning","kind":"alarm-raised","message":"no","rule_id":"r-1","rule_name":"video","interface":"eth0","values":{"alarm":"silence"}}]}}""";
        ControlResponse events = new ControlResponse.Events(new EventsEntry(2, 5, true, [new EventEntry(4, Noon, "warning", "alarm-raised", "no") { RuleId = "r-1", RuleName = "video", Interface = "eth0", Values = new Dictionary<string, string> { ["alarm"] = "silence" } }]));
        Assert.Equal(Json, Encoding.UTF8.GetString(ResponseCodec.Encode(events)));
        Assert.Equivalent(events, ResponseCodec.Decode(Encoding.UTF8.GetBytes(Json)), strict: true);
    }

    [Fact]
    public void A_newer_mcrd_may_say_more() =>
        Assert.Equal(new ControlResponse.Version(new VersionEntry(1, "9")), ResponseCodec.Decode("""{"Version":{"protocol_version":1,"version":"9","built":"today"},"more":1}"""u8));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Error":{"problems":null}}""")]
    [InlineData("""{"Reboot":{}}""")]
    [InlineData("""{"Rules":[""")]
    public void What_is_no_response_should_be_refused(string json) =>
        Assert.Throws<InvalidDataException>(() => ResponseCodec.Decode(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Rules":[]} {}""")]
    [InlineData("""{"Rules":[],"Error":{}}""")]
    [InlineData("""{"Rules":[{]}""")]
    [InlineData("""{"Rules":[}""")]
    public void What_is_not_one_well_formed_member_should_not_be_printed(string json) =>
        Assert.Throws<InvalidDataException>(() => ResponseCodec.Kind(Encoding.UTF8.GetBytes(json)));

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_responses_should_never_do_more_than_be_refused()
    {
        byte[][] seeds = [.. Recorded.Select(row => Encoding.UTF8.GetBytes(row.Data.Item1))];

        Mutations.Run(output, seeds, 30_000, bytes => ResponseCodec.Decode(bytes));
        Mutations.Run(output, seeds, 30_000, bytes => ResponseCodec.Kind(bytes));
    }
}

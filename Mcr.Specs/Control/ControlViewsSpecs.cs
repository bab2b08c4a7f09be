using System.Collections.Immutable;
using System.Net;
using System.Text;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Specs.Control;

public sealed class ControlViewsSpecs
{
    private static readonly ForwardingRule Rule = RuleParser.Parse(
        new RuleDraft
        {
            Id = "r-1",
            InputInterface = "eth0",
            InputGroup = "239.1.1.1",
            InputPort = "5000",
            InputSource = "10.0.0.7",
            Outputs = [new OutputDraft { Interface = "eth1", Group = "239.2.2.2", Port = "6000" }, new OutputDraft { Interface = "wg0", Group = "10.100.0.2", Port = "6001", Ttl = "8" }],
        },
        out _)!;

    [Fact]
    public void A_rule_should_be_shown_with_what_became_of_it() => AssertJson(
        """{"Rules":[{"rule_id":"r-1","name":null,"input_interface":"eth0","input_group":"239.1.1.1","input_port":5000,"outputs":[{"group":"239.2.2.2","port":6000,"interface":"eth1","ttl":1},{"group":"10.100.0.2","port":6001,"interface":"wg0","ttl":8}],"status":"Pending","why":"eth0 does not exist yet","since":"1970-01-01T00:00:00+00:00","origin":"mcrctl","source":"10.0.0.7"}]}""",
        ControlViews.Rules([new RuleView(Rule, RuleStatus.Pending, DateTimeOffset.UnixEpoch, "eth0 does not exist yet", "mcrctl")]));

    [Fact]
    public void Rates_that_are_no_number_should_be_zero() => AssertJson(
        """{"Stats":[{"input_group":"239.1.1.1","input_port":5000,"packets_relayed":1,"bytes_relayed":2,"packets_per_second":0,"bits_per_second":0,"rule_id":"r-1","name":null,"input_interface":"eth0","sent":3,"errors":4,"errors_by_reason":{},"status":"Pending","rates":{"1s":{"packets_per_second":0,"bits_per_second":0,"sent_per_second":0,"drops_per_second":0},"10s":{"packets_per_second":0,"bits_per_second":0,"sent_per_second":0,"drops_per_second":0}}}]}""",
        ControlViews.Stats([new RuleStatsView(Rule, 1, 2, 3, 4, double.NaN, double.PositiveInfinity) { Traffic = new TrafficView(new TrafficRate(double.NaN, 0, 0, 0), default, null) }]));

    [Fact]
    public void Outputs_should_be_shown_with_the_reasons_and_trains_that_there_have_been() => AssertJson(
        """{"Stats":[{"input_group":"239.1.1.1","input_port":5000,"packets_relayed":1,"bytes_relayed":2,"packets_per_second":0,"bits_per_second":0,"rule_id":"r-1","name":null,"input_interface":"eth0","sent":3,"errors":4,"outputs":[{"group":"239.2.2.2","port":6000,"interface":"eth1","sent":3,"errors":4,"errors_by_reason":{"full":1,"other":3},"trains":{"1":1,"2":1},"bytes":300,"rates":{"1s":{"packets_per_second":0,"bits_per_second":0,"sent_per_second":0,"drops_per_second":0},"10s":{"packets_per_second":0,"bits_per_second":0,"sent_per_second":0,"drops_per_second":0}},"last_seen":null}],"errors_by_reason":{"full":1,"other":3},"status":"Degraded","why":"eth1 is down","rates":{"1s":{"packets_per_second":1.2,"bits_per_second":9600,"sent_per_second":2,"drops_per_second":3},"10s":{"packets_per_second":0,"bits_per_second":0,"sent_per_second":0,"drops_per_second":0}},"last_seen":"1970-01-01T00:00:00+00:00"}]}""",
        ControlViews.Stats([new RuleStatsView(Rule, 1, 2, 3, 4, 0, 0) { Status = RuleStatus.Degraded, Why = "eth1 is down", Traffic = new TrafficView(new TrafficRate(1.2345, 9600, 2, 3), default, DateTimeOffset.UnixEpoch), Outputs = [new OutputStatsView(Rule.Outputs[0], 3, 4, [1, 0, 0, 0, 0, 0, 0, 3], [1, 1, 0, 0, 0, 0, 0, 0]) { Bytes = 300 }] }]));

    [Fact]
    public void A_worker_on_all_cores_should_have_no_core_id() => AssertJson(
        """{"Workers":[{"pid":0,"core_id":null,"interface":"eth0","status":"Backoff","number":1,"cores":[],"restarts":3,"ruleset_hash":"a","expected_hash":"b","sync":"Drifted","repairs":2},{"pid":7,"core_id":2,"interface":"eth1","status":"Running","number":0,"cores":[2,3],"restarts":0,"ruleset_hash":"c","expected_hash":"c","sync":"Synced","repairs":0}]}""",
        ControlViews.Workers([new WorkerView(0, "eth0", 1, [], WorkerStatus.Backoff, 3, "a", "b", WorkerSync.Drifted, 2), new WorkerView(7, "eth1", 0, [2, 3], WorkerStatus.Running, 0, "c", "c", WorkerSync.Synced, 0)]));

    [Fact]
    public void Counters_of_a_worker_should_be_told_with_the_reasons_that_there_have_been()
    {
        var counters = new WorkerCounters(9, 9, 100, 80, 10, 6, 4, 160, 150, 10, 15_000, 3) { Drops = [0, 2, 0, 0, 0, 4, 0, 4, 0, 0, 10, 0, 0, 0, 0, 0] };
        AssertJson(
            """{"Workers":[{"pid":7,"core_id":null,"interface":"eth1","status":"Running","number":0,"cores":[],"restarts":0,"ruleset_hash":"c","expected_hash":"c","sync":"Synced","repairs":0,"counters":{"received":100,"matched":80,"no_match":10,"parse_errors":6,"filtered":4,"kernel_drops":3,"sent":150,"sent_bytes":15000,"errors":10,"drops_by_reason":{"runt":2,"bad_udp_checksum":4,"vlan":4}},"rates":{"1s":{"packets_per_second":0,"bits_per_second":0,"sent_per_second":0,"drops_per_second":0},"10s":{"packets_per_second":0,"bits_per_second":0,"sent_per_second":0,"drops_per_second":0}}}]}""",
            ControlViews.Workers([new WorkerView(7, "eth1", 0, [], WorkerStatus.Running, 0, "c", "c", WorkerSync.Synced, 0) { Counters = counters }]));
    }

    [Fact]
    public void An_interface_that_is_not_there_should_say_so() => AssertJson(
        """{"Interfaces":[{"name":"eth0","present":true,"index":2,"kind":"Ethernet","up":true,"running":false,"multicast":true,"mtu":1500,"addresses":["10.0.0.1","fe80::1"],"rules":1,"workers":1,"repairs":0},{"name":"wg0","present":false,"index":null,"kind":null,"up":false,"running":false,"multicast":false,"mtu":null,"addresses":[],"rules":2,"workers":0,"repairs":0}]}""",
        ControlViews.Interfaces(
        [
            new InterfaceView("eth0", new Link(2, "eth0", LinkKind.Ethernet, true, false, true, 1500, [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fe80::1")]), 1, 1),
            new InterfaceView("wg0", null, 2, 0),
        ]));

    [Fact]
    public void A_result_should_be_a_success_or_its_problems()
    {
        AssertJson("""{"Success":"done"}""", ControlViews.Result(new CommandResult.Ok("done")));
        AssertJson("""{"Success":"nothing to do"}""", ControlViews.Result(new CommandResult.NoOp("nothing to do")));
        AssertJson("""{"Error":{"problems":[{"field":"input.port","sentence":"is missing"}]}}""", ControlViews.Result(new CommandResult.Rejected("input.port", "is missing")));
    }

    [Fact]
    public void A_version_should_say_whether_changes_are_being_saved()
    {
        AssertJson("""{"Version":{"protocol_version":1,"version":"0.1.0","saving":{"persist":false,"state_directory":null,"error":null,"failing_since":null}}}""", ControlViews.Version("0.1.0", new RelayQueries.SavingReport(null, null, null), new RelayQueries.WebhookReport(null)));
        AssertJson("""{"Version":{"protocol_version":1,"version":"0.1.0","saving":{"persist":true,"state_directory":"/var/lib/mcr","error":null,"failing_since":null}}}""", ControlViews.Version("0.1.0", new RelayQueries.SavingReport("/var/lib/mcr", null, null), new RelayQueries.WebhookReport(null)));
        AssertJson("""{"Version":{"protocol_version":1,"version":"0.1.0","saving":{"persist":false,"state_directory":null,"error":null,"failing_since":null},"webhook":{"place":"https://x.example","posted":7,"waiting":2,"dropped":1,"error":"no route","failing_since":"1970-01-01T00:00:00+00:00"}}}""", ControlViews.Version("0.1.0", new RelayQueries.SavingReport(null, null, null), new RelayQueries.WebhookReport("https://x.example", 7, 2, 1, "no route", DateTimeOffset.UnixEpoch)));
        AssertJson("""{"Version":{"protocol_version":1,"version":"0.1.0","saving":{"persist":true,"state_directory":"/var/lib/mcr","error":"No space left on device","failing_since":"1970-01-01T00:00:00+00:00"}}}""", ControlViews.Version("0.1.0", new RelayQueries.SavingReport("/var/lib/mcr", "No space left on device", DateTimeOffset.UnixEpoch), new RelayQueries.WebhookReport(null)));
    }

    [Fact]
    public void What_an_add_says_should_reach_the_rule_parser_as_it_was_written()
    {
        var add = new ControlRequest.Add
        {
            RuleId = "r-1",
            Name = "video",
            InputInterface = "eth0",
            InputGroup = "239.1.1.1",
            InputPort = "65536",
            Source = "10.0.0.7",
            Force = true,
            Outputs = [new OutputText { Group = "ff3e::1", Port = "x", Interface = "eth1", Ttl = "0" }],
        };

        RuleParser.Parse(ControlViews.Draft(add), out IReadOnlyList<RuleProblem> problems);

        Assert.Equal(["input.port", "outputs[0].group", "outputs[0].port", "outputs[0].ttl"], problems.Select(p => p.Field));
        Assert.Equal("'65536' is not a UDP port; use a number from 1 to 65535", problems[0].Sentence);
        Assert.StartsWith("'ff3e::1' and the input '239.1.1.1' are of different address families", problems[1].Sentence, StringComparison.Ordinal);
        RuleDraft draft = ControlViews.Draft(add);
        Assert.Equal(("r-1", "video", "10.0.0.7", true), (draft.Id, draft.Name, draft.InputSource, draft.Force));
    }

    private static void AssertJson(string expected, ControlResponse response) => Assert.Equal(expected, Encoding.UTF8.GetString(ResponseCodec.Encode(response)));
}

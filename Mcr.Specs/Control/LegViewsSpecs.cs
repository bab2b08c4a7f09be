using System.Net;
using System.Text;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Host.Mcrctl;
using Mcr.Host.Mcrctl.Screens;
using Mcr.Native.Egress;
using Mcr.Native.Packet;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Specs.Control;

/// <summary>Both ends of a leg as mcrctl shows them.</summary>
public sealed class LegViewsSpecs
{
    private static readonly ForwardingRule Sender = Parse("239.2.2.2:6000:eth1?node=b&pair=b+c&ttl=8,239.2.2.2:6000:eth1?node=d,239.2.2.2:6000:eth1");

    private static readonly ForwardingRule Half = Sender with { Input = Sender.Input with { Leg = new LegOrigin("a", new RuleId("studio")) }, Outputs = [Sender.Outputs[2]] };

    [Fact]
    public void Node_and_pair_should_be_in_a_list_where_there_are_some() => Assert.Equal(
        """{"Rules":[{"rule_id":"r","name":null,"input_interface":"eth0","input_group":"239.1.1.1","input_port":5000,"outputs":[{"group":"239.2.2.2","port":6000,"interface":"eth1","ttl":8,"node":"b","pair":"b\u002Bc"},{"group":"239.2.2.2","port":6000,"interface":"eth1","ttl":1,"node":"d"},{"group":"239.2.2.2","port":6000,"interface":"eth1","ttl":1}],"status":"Active","why":null,"since":"1970-01-01T00:00:00+00:00","origin":"mcrctl","source":null}]}""",
        Json(Rules(Sender)));

    [Fact]
    public void Where_a_leg_begins_should_be_in_a_list() => Assert.Equal(
        """{"Rules":[{"rule_id":"r","name":null,"input_interface":"eth0","input_group":"239.1.1.1","input_port":5000,"outputs":[{"group":"239.2.2.2","port":6000,"interface":"eth1","ttl":1}],"status":"Active","why":null,"since":"1970-01-01T00:00:00+00:00","origin":"mcrctl","source":null,"leg_from":{"node":"a","rule_id":"studio"}}]}""",
        Json(Rules(Half)));

    [Fact]
    public void Answers_should_come_back_as_they_went()
    {
        foreach (ControlResponse response in new[] { Rules(Sender), Rules(Half), Stats(Sender), Stats(Half) })
            Assert.Equal(Json(response), Json(ResponseCodec.Decode(ResponseCodec.Encode(response))));
    }

    [Fact]
    public void Statistics_should_tell_outputs_of_several_nodes_apart()
    {
        StatsEntry entry = Assert.IsType<ControlResponse.Stats>(Stats(Sender)).Entries[0];
        Assert.Equal(["b", "d", null], entry.Outputs!.Select(o => o.Node));
        Assert.Null(entry.LegFrom);
        Assert.Equal(new LegFromEntry("a", "studio"), Assert.IsType<ControlResponse.Stats>(Stats(Half)).Entries[0].LegFrom);
    }

    [Fact]
    public void Screens_should_say_whose_interface_it_is_and_where_a_leg_begins()
    {
        string list = Text(Rules(Sender)) + Text(Rules(Half));
        Assert.Contains("239.2.2.2:6000:eth1 of b ttl 8, pair b+c", list, StringComparison.Ordinal);
        Assert.Contains("239.2.2.2:6000:eth1 of d ttl 1", list, StringComparison.Ordinal);
        Assert.Contains("239.2.2.2:6000:eth1 ttl 1", list, StringComparison.Ordinal);
        Assert.Contains("leg from a (rule studio)", list, StringComparison.Ordinal);
        Assert.Contains("leg from a (rule studio)", Text(Stats(Half)), StringComparison.Ordinal);
        string outputs = string.Join('\n', StatsScreen.ByOutput(Assert.IsType<ControlResponse.Stats>(Stats(Sender)).Entries, DateTimeOffset.UnixEpoch).Lines(200).Select(l => l.Text(false)));
        Assert.Contains("239.2.2.2:6000:eth1 of b ", outputs, StringComparison.Ordinal);
        Assert.Contains("239.2.2.2:6000:eth1 of d ", outputs, StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_should_name_outputs_as_a_command_line_does()
    {
        var datagram = new TracedDatagram(null, DateTimeOffset.UnixEpoch, 0, new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2), 0, 1, 0, DropReason.None, [OutcomeMarks.Sent, OutcomeMarks.Sent, OutcomeMarks.Sent], []);
        TraceEntry trace = Assert.IsType<ControlResponse.Trace>(TraceViews.Report(new TraceReport(Sender, 1, true, DateTimeOffset.UnixEpoch, 1, 1, 0, [1], [datagram]))).Entry;
        Assert.Equal(["239.2.2.2:6000:eth1?node=b", "239.2.2.2:6000:eth1?node=d", "239.2.2.2:6000:eth1"], trace.Records[0].Outputs.Select(o => o.To));
    }

    private static ControlResponse Rules(ForwardingRule rule) => ControlViews.Rules([new RuleView(rule, RuleStatus.Active, DateTimeOffset.UnixEpoch, null, "mcrctl")]);

    private static ControlResponse Stats(ForwardingRule rule) =>
        ControlViews.Stats([new RuleStatsView(rule, 1, 2, 3, 4, 0, 0) { Outputs = [.. rule.Outputs.Select(o => new OutputStatsView(o, 1, 0, [0, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]))] }]);

    private static string Json(ControlResponse response) => Encoding.UTF8.GetString(ResponseCodec.Encode(response));

    private static string Text(ControlResponse response) => string.Join('\n', AnswerScreen.Of(response).Lines(200).Select(l => l.Text(false)));

    private static ForwardingRule Parse(string outputs)
    {
        var problems = new List<string>();
        RuleDraft draft = ControlViews.Draft(new ControlRequest.Add { RuleId = "r", InputInterface = "eth0", InputGroup = "239.1.1.1", InputPort = "5000", Outputs = OutputSyntax.Parse([outputs], problems) });
        Assert.Empty(problems);
        return TestRules.Parse(draft);
    }
}

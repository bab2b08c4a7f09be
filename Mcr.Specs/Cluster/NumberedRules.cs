using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Control;
using Mcr.Native.Rules;

namespace Mcr.Specs.Cluster;

/// <summary>Rules that are told apart by a number, as requests and as the cluster keeps them.</summary>
internal static class NumberedRules
{
    public static ControlRequest.Add Add(int i) => new()
    {
        RuleId = $"{i}",
        Name = $"rule {i}",
        InputInterface = "in0",
        InputGroup = $"239.1.1.{i}",
        InputPort = "5000",
        Outputs = [new OutputText { Group = $"239.2.2.{i}", Port = "6000", Interface = "out0" }],
    };

    public static ForwardingRule Rule(int i, int? output = null) => TestRules.Rule("in0", $"239.1.1.{i}", 5000, $"rule {i}", $"239.2.2.{output ?? i}:6000:out0") with { Id = new RuleId($"{i}") };

    public static (string Id, RuleValue Value) Value(ForwardingRule rule, bool isFile = false) => (rule.Id.Value, new RuleValue(new ClusterRuleTexts().Text(rule), isFile ? "/etc/mcr/mcrd.hocon:1:1" : "mcrctl", isFile));
}

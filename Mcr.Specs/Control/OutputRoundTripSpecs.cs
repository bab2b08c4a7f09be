using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Host.Mcrctl;
using Mcr.Native.Analysis;
using Mcr.Native.Rules;
using Mcr.Specs.Configuration;

namespace Mcr.Specs.Control;

/// <summary>Whatever a rule is, what is shown of it can be given back, on each of the ways that rules come in.</summary>
public sealed class OutputRoundTripSpecs(ITestOutputHelper output)
{
    private const int Cases = 5_000;

    private static readonly string[] Options = ["ttl", "source", "dscp", "rate-limit", "max-burst", "pace", "priority", "node", "pair"];

    [Fact]
    public void What_a_list_shows_should_make_the_same_rule_as_an_add() => Check(rule =>
    {
        // The shown JSON less what only a list has, so that the strict reader of requests sees every member of the outputs.
        ControlResponse shown = ControlViews.Rules([new RuleView(rule, RuleStatus.Active, DateTimeOffset.UnixEpoch, null, "mcrctl")]);
        JsonObject add = JsonNode.Parse(ResponseCodec.Encode(shown))!["Rules"]![0]!.DeepClone().AsObject();
        foreach (string member in new[] { "status", "why", "since", "origin" })
            add.Remove(member);
        foreach (string member in add.Where(m => m.Value is null).Select(m => m.Key).ToArray())
            add.Remove(member);
        byte[] request = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["version"] = 1, ["command"] = new JsonObject { ["Add"] = add } });

        return ControlViews.Draft(Assert.IsType<ControlRequest.Add>(RequestCodec.Decode(request)));
    });

    [Fact]
    public void What_a_list_shows_should_make_the_same_rule_on_a_command_line() => Check(rule =>
    {
        var problems = new List<string>();
        IReadOnlyList<OutputText> outputs = OutputSyntax.Parse([string.Join(',', rule.Outputs.Select(Syntax))], problems);
        IReadOnlyList<InputText>? inputs = InputSyntax.Parse([.. rule.MoreInputs.Select(i => $"{i.Range}:{i.Interface}{(i.Source is null ? "" : $"?source={i.Source}")}")], problems);
        Assert.Empty(problems);
        var add = new ControlRequest.Add
        {
            RuleId = rule.Id.Value,
            InputInterface = rule.Input.Interface,
            InputGroup = rule.Input.Range.GroupText,
            InputPort = rule.Input.Range.PortText,
            Inputs = inputs,
            Select = rule.Select?.ToString(),
            Join = rule.Input.IsMulticast && rule.Select is null ? rule.Join.ToString() : null,
            Analyse = AnalysisText.Format(rule.Analysis),
            Alarms = AlarmText.Format(rule.Alarms),
            Ha = rule.Redundancy?.ToString(),
            Source = rule.Input.Source?.ToString(),
            Force = rule.NeedsForce,
            Outputs = outputs,
        };
        return ControlViews.Draft(Assert.IsType<ControlRequest.Add>(RequestCodec.Decode(RequestCodec.Encode(add))));
    });

    [Fact]
    public void What_a_list_shows_should_make_the_same_rule_in_a_file()
    {
        using var directory = new SettingsDirectory();
        GeneratedRules.Any.Sample(
            rule =>
            {
                string outputs = string.Join('\n', rule.Outputs.Select(o => $"{{ interface = {o.Interface}, group = \"{o.Range.GroupText}\", port = {o.Range.PortText}, {string.Join(", ", Written(o).Select(w => $"{w.Key} = \"{w.Value}\""))} }}"));
                string join = rule.Input.IsMulticast && rule.Select is null ? $", join = \"{rule.Join}\"" : "";
                string[] inputs = [.. rule.Inputs.Select(i => $"{{ interface = {i.Interface}, group = \"{i.Range.GroupText}\", port = {i.Range.PortText}{(i.Source is null ? "" : $", source = \"{i.Source}\"")}{join} }}")];
                string input = rule.Select is null ? $"input {inputs[0]}" : $"inputs = [ {string.Join(", ", inputs)} ], select {{ {string.Join(", ", $"mode={rule.Select}".Split(',').Select(pair => pair.Split('=', 2)).Select(pair => $"{pair[0]} = \"{pair[1]}\""))} }}";
                string ha = rule.Redundancy is not { } r ? "" : $"ha {{ nodes = [{string.Join(", ", r.Nodes)}], prefer = {r.Prefer}, revert = {(r.Revert ? "on" : "off")}, takeover-after = {r.TakeoverAfterMilliseconds} ms }}, ";
                McrSettings settings = directory.Settings($"{GeneratedRules.Cluster}\nmcr.rules = [ {{ id = {rule.Id}, force = {(rule.NeedsForce ? "on" : "off")}, analyse = \"{AnalysisText.Format(rule.Analysis)}\", alarms {{ {AlarmText.Format(rule.Alarms)} }}, {ha}{input}\noutputs = [\n{outputs}\n] }} ]");
                Assert.Equal(rule.CanonicalText, Assert.Single(settings.Rules).Rule.CanonicalText);
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_outputs_should_never_do_more_than_be_refused()
    {
        string[] seeds = ["239.2.2.2:6000:eth1?ttl=8&source=keep&dscp=ef&rate-limit=1.5Gbit&max-burst=8&pace=on&priority=5", "239.2.2.2:6000:eth1?node=b+c&ttl=8,239.2.2.2:6000:eth2?node=d&pair=e+d", "[ff3e::1]:6000:eth1?ttl=decrement&source=fe80::1%2&rate-limit=99999999999999999999G", "[::ffff:1.2.3.4]:1:a,[ff0e::]:2:b", "clean@c?dscp=ef&priority=5,239.2.2.2:6000:eth1"];
        int accepted = 0;
        Fuzzing.Run(output, 50_000, random =>
        {
            string text = Encoding.Latin1.GetString(Mutations.Mutate(random, Encoding.Latin1.GetBytes(seeds[random.Next(seeds.Length)])));
            var problems = new List<string>();
            IReadOnlyList<OutputText> outputs = OutputSyntax.Parse([text], problems);
            var draft = ControlViews.Draft(new ControlRequest.Add { InputInterface = "eth0", InputGroup = text.Contains('[') ? "ff0e::9" : "239.9.9.9", InputPort = "9", Outputs = outputs });
            if (RuleParser.Parse(draft, out IReadOnlyList<RuleProblem> found) is { } rule && problems.Count == 0)
            {
                accepted++;
                Assert.Equal(rule.CanonicalText, TestRules.Parse(ControlViews.Draft(new ControlRequest.Add { InputInterface = "eth0", InputGroup = $"{rule.Input.Group}", InputPort = "9", Outputs = OutputSyntax.Parse([.. rule.Outputs.Select(Syntax)], problems) })).CanonicalText);
            }

            Assert.All(found, p => Assert.DoesNotContain(p.Sentence, char.IsControl));
        });
        output.WriteLine($"{accepted} accepted");
        Assert.InRange(accepted, 1, int.MaxValue);
    }

    private static void Check(Func<ForwardingRule, RuleDraft> again) => GeneratedRules.Any.Sample(
        rule =>
        {
            ForwardingRule made = TestRules.Parse(again(rule));
            Assert.Equal(rule.CanonicalText, made.CanonicalText);
            Assert.Equal(RuleId.Of(rule.Input), RuleId.Of(made.Input));
        },
        iter: Cases);

    private static string Syntax(RuleOutput o) => o.Rule is null
        ? $"{o.Range}:{o.Interface}?{string.Join('&', Written(o).Select(w => $"{w.Key}={w.Value}"))}"
        : $"{o.Rule}@{o.Node}{(Written(o).Any(w => !OfPlace(w.Key)) ? "?" : "")}{string.Join('&', Written(o).Where(w => !OfPlace(w.Key)).Select(w => $"{w.Key}={w.Value}"))}";

    /// <summary>Written already where the output is a rule's, or not at all.</summary>
    private static bool OfPlace(string key) => key is "node" or "ttl";

    /// <summary>Every option as a list shows it, by the name that it has in files and on command lines.</summary>
    private static IEnumerable<(string Key, string Value)> Written(RuleOutput o)
    {
        OutputEntry entry = Assert.IsType<ControlResponse.Rules>(ControlViews.Rules([new RuleView(new ForwardingRule(new RuleId("r"), null, new RuleInput("eth0", o.Group, 1), [o]), RuleStatus.Active, default, null, "")])).Entries[0].Outputs[0];
        string?[] values = [entry.Ttl, entry.Source, entry.Dscp?.ToString(), entry.RateLimit is { } rate ? BitRate.Format(rate) : null, entry.MaxBurst?.ToString(), entry.Pace, entry.Priority?.ToString(), entry.Node, entry.Pair];
        return Options.Zip(values).Where(v => v.Second is not null).Select(v => (v.First, v.Second!));
    }
}

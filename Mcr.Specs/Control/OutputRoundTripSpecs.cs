using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Host.Mcrctl;
using Mcr.Native.Rules;
using Mcr.Specs.Configuration;

namespace Mcr.Specs.Control;

/// <summary>Whatever a rule is, what is shown of it can be given back, on each of the ways that rules come in.</summary>
public sealed class OutputRoundTripSpecs(ITestOutputHelper output)
{
    private const int Cases = 5_000;

    private static readonly string[] Options = ["ttl", "source", "dscp", "rate-limit", "max-burst", "pace", "priority"];

    private static readonly Gen<IPAddress> GenV4 = Gen.Select(Gen.Byte[1, 223], Gen.Byte, Gen.Byte, Gen.Byte, (a, b, c, d) => new IPAddress([a, b, c, d]));

    /// <summary>Words that are often 0: many places for the :: of RFC 5952.</summary>
    private static readonly Gen<IPAddress> GenV6 = Gen.OneOf(Gen.Const((byte)0), Gen.Byte).Array[15]
        .Select(Gen.Byte[1, 254], (rest, first) => new IPAddress([first, .. rest]));

    private static readonly Gen<IPAddress> GenGroup4 = Gen.Select(Gen.Byte[224, 239], Gen.Byte, Gen.Byte, Gen.Byte, (a, b, c, d) => new IPAddress([a, b, c, d]));

    private static readonly Gen<IPAddress> GenGroup6 = GenV6.Select(a => new IPAddress([0xFF, .. a.GetAddressBytes().AsSpan(1)]));

    private static readonly Gen<RuleOutput> GenOutput = Gen.Select(
        Gen.Select(Gen.Byte[0, 255], Gen.Bool, Gen.Enum<SourceMode>()),
        Gen.Select(Gen.Byte[0, 64], Gen.OneOf(Gen.Const(0L), Gen.Long[BitRate.Least, BitRate.Most], Gen.Long[1, 1000].Select(m => m * 1_000_000))),
        Gen.Select(Gen.Byte[0, 64], Gen.Bool, Gen.Byte[0, 7]),
        (a, b, c) => new RuleOutput("eth1", IPAddress.Any, 1, a.Item2 || a.Item1 == 0 ? null : a.Item1)
        {
            DecrementTtl = a.Item2,
            Source = a.Item3,
            Dscp = b.Item1 == 64 ? null : b.Item1,
            RateLimit = b.Item2,
            MaxBurst = c.Item1,
            Pace = c.Item2,
            Priority = c.Item3,
        });

    private static readonly Gen<ForwardingRule> GenRule = Gen.Bool.SelectMany(v6 =>
    {
        Gen<IPAddress> unicast = v6 ? GenV6 : GenV4;
        Gen<IPAddress> any = Gen.OneOf(unicast, v6 ? GenGroup6 : GenGroup4);
        return Gen.Select(any, unicast.Null(), Gen.Bool, Gen.Select(any, unicast, GenOutput, Output).Array[1, 8], Rule).Where(r => r is not null).Select(r => r!);
    });

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
        Assert.Empty(problems);
        var add = new ControlRequest.Add
        {
            RuleId = rule.Id.Value,
            InputInterface = rule.Input.Interface,
            InputGroup = $"{rule.Input.Group}",
            InputPort = $"{rule.Input.Port}",
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
        GenRule.Sample(
            rule =>
            {
                string outputs = string.Join('\n', rule.Outputs.Select(o => $"{{ interface = {o.Interface}, group = \"{o.Group}\", port = {o.Port}, {string.Join(", ", Written(o).Select(w => $"{w.Key} = \"{w.Value}\""))} }}"));
                string source = rule.Input.Source is null ? "" : $", source = \"{rule.Input.Source}\"";
                McrSettings settings = directory.Settings($"mcr.rules = [ {{ id = {rule.Id}, force = {(rule.NeedsForce ? "on" : "off")}, input {{ interface = eth0, group = \"{rule.Input.Group}\", port = {rule.Input.Port}{source} }}\noutputs = [\n{outputs}\n] }} ]");
                Assert.Equal(rule.CanonicalText, Assert.Single(settings.Rules).Rule.CanonicalText);
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_outputs_should_never_do_more_than_be_refused()
    {
        string[] seeds = ["239.2.2.2:6000:eth1?ttl=8&source=keep&dscp=ef&rate-limit=1.5Gbit&max-burst=8&pace=on&priority=5", "[ff3e::1]:6000:eth1?ttl=decrement&source=fe80::1%2&rate-limit=99999999999999999999G", "[::ffff:1.2.3.4]:1:a,[ff0e::]:2:b"];
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

    private static void Check(Func<ForwardingRule, RuleDraft> again) => GenRule.Sample(
        rule =>
        {
            ForwardingRule made = TestRules.Parse(again(rule));
            Assert.Equal(rule.CanonicalText, made.CanonicalText);
            Assert.Equal(RuleId.Of(rule.Input), RuleId.Of(made.Input));
        },
        iter: Cases);

    private static RuleOutput Output(IPAddress group, IPAddress source, RuleOutput options) =>
        options with { Group = group, SourceAddress = options.Source == SourceMode.Address ? source : null };

    /// <summary>null when the parser would not make it of anything: an address that happens to be none, or reserved ones without force.</summary>
    private static ForwardingRule? Rule(IPAddress group, IPAddress? source, bool force, RuleOutput[] outputs)
    {
        RuleOutput[] distinct = [.. outputs.Select((o, i) => o with { Port = (ushort)(o.Port + i), MaySpoof = force && o.Source == SourceMode.Address })];
        var rule = new ForwardingRule(new RuleId("r"), null, new RuleInput("eth0", group, 5000, source), [.. distinct]);
        IEnumerable<IPAddress?> addresses = [group, source, .. distinct.Select(o => o.Group), .. distinct.Select(o => o.SourceAddress)];
        bool usable = addresses.All(a => a is null || (!a.IsIPv4MappedToIPv6 && (Addresses.IsMulticast(a) || Addresses.IsUnicast(a))));
        // A forced rule's given sources may be anybody's, so a rule that needs force for its groups alone has them so, too.
        return usable && (force || !rule.NeedsForce) ? rule : null;
    }

    private static string Syntax(RuleOutput o) => $"{Addresses.BeforePort(o.Group)}:{o.Port}:{o.Interface}?{string.Join('&', Written(o).Select(w => $"{w.Key}={w.Value}"))}";

    /// <summary>Every option as a list shows it, by the name that it has in files and on command lines.</summary>
    private static IEnumerable<(string Key, string Value)> Written(RuleOutput o)
    {
        OutputEntry entry = Assert.IsType<ControlResponse.Rules>(ControlViews.Rules([new RuleView(new ForwardingRule(new RuleId("r"), null, new RuleInput("eth0", o.Group, 1), [o]), RuleStatus.Active, default, null, "")])).Entries[0].Outputs[0];
        string?[] values = [entry.Ttl, entry.Source, entry.Dscp?.ToString(), entry.RateLimit is { } rate ? BitRate.Format(rate) : null, entry.MaxBurst?.ToString(), entry.Pace, entry.Priority?.ToString()];
        return Options.Zip(values).Where(v => v.Second is not null).Select(v => (v.First, v.Second!));
    }
}

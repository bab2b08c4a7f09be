using System.Net;
using CsCheck;
using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

/// <summary>The indexed rule set against a plain list that looks at every rule every time.</summary>
public sealed class RuleSetModelSpecs
{
    private static readonly Gen<string> GenDevice = Gen.OneOf("eth0", "eth1");
    private static readonly Gen<IPAddress> GenGroup = Gen.OneOf(IPAddress.Parse("239.1.1.1"), IPAddress.Parse("239.2.2.2"));
    private static readonly Gen<ushort> GenPort = Gen.OneOf<ushort>(1, 2, 3);
    private static readonly Gen<IPAddress?> GenSource = Gen.OneOf<IPAddress?>(null, null, IPAddress.Parse("10.0.0.1"));
    private static readonly Gen<RuleId> GenId = Gen.OneOf("a", "b", "c", "d", "e", "f").Select(id => new RuleId(id));

    private static readonly Gen<RuleInput> GenInput = Gen.Select(GenDevice, GenGroup, GenPort, GenSource, (d, g, p, s) => new RuleInput(d, g, p, s));

    private static readonly Gen<ForwardingRule> GenRule = Gen.Select(
        GenId,
        Gen.OneOf<string?>(null, null, "x", "y"),
        GenInput,
        Gen.Select(GenDevice, GenGroup, GenPort, (d, g, p) => new RuleOutput(d, g, p)).Array[1, 3],
        GenInput.Array[0, 2],
        (id, name, input, outputs, more) => new ForwardingRule(id, name, input, [.. outputs])
        {
            MoreInputs = [.. more.Where(i => i != input).Distinct()],
            Select = more.Any(i => i != input) ? new SelectSettings(SelectMode.Failover, null) : null,
        });

    [Fact]
    public void Set_should_agree_with_a_list() => Gen.Select(GenRule, GenId, Gen.Int[0, 3]).Array[0, 40].Sample(
        steps =>
        {
            RuleSet set = RuleSet.Empty;
            var model = new List<ForwardingRule>();
            foreach ((ForwardingRule rule, RuleId removed, int kind) in steps)
            {
                if (kind == 0)
                {
                    set = set.Without(removed);
                    model.RemoveAll(r => r.Id == removed);
                }
                else
                {
                    Assert.Equal(model.SingleOrDefault(r => r.Input == rule.Input), set.ReplacedBy(rule));
                    string[] problems = [.. Problems(model, rule)];
                    Assert.Equal(problems, set.Check(rule).Select(p => p.Field));
                    if (problems.Length > 0)
                        continue;
                    set = set.With(rule);
                    model.RemoveAll(r => r.Input == rule.Input);
                    model.Add(rule);
                }

                Compare(model, set);
            }
        },
        iter: 2_000);

    private static void Compare(List<ForwardingRule> model, RuleSet set)
    {
        Assert.Equal(model.Count, set.Count);
        Assert.Equal(model.OrderBy(r => r.Input.CanonicalText, StringComparer.Ordinal), set.Rules);
        Assert.Equal(RuleSetHash.Of(model), RuleSetHash.Of(set.Rules));
        foreach (string id in new[] { "a", "b", "c", "d", "e", "f" })
            Assert.Equal(model.SingleOrDefault(r => r.Id.Value == id), set.TryGet(new RuleId(id), out ForwardingRule? found) ? found : null);
        foreach (string name in new[] { "x", "y" })
            Assert.Equal(model.SingleOrDefault(r => r.Name == name), set.TryGetByName(name, out ForwardingRule? found) ? found : null);
    }

    private static IEnumerable<string> Problems(List<ForwardingRule> model, ForwardingRule rule)
    {
        ForwardingRule[] others = [.. model.Where(r => r.Input != rule.Input)];
        if (others.Any(r => r.Id == rule.Id))
            yield return "id";
        if (rule.Name is not null && others.Any(r => r.Name == rule.Name))
            yield return "name";
        for (int i = 0; i < rule.Outputs.Length; i++)
        {
            string output = Place(rule.Outputs[i]);
            if (rule.Outputs.Take(i).Any(o => Place(o) == output))
                yield return $"outputs[{i}]";
            if (others.Append(rule).Any(r => r.Inputs.Any(input => Place(input) == output)))
                yield return $"outputs[{i}]";
        }

        foreach ((int i, RuleInput input) in rule.Inputs.Index())
        {
            string field = rule.Select is null ? "input" : $"inputs[{i}]";
            if (others.Any(r => r.Inputs.Contains(input)))
                yield return field;
            if (others.Any(r => r.Outputs.Any(o => Place(o) == Place(input))))
                yield return field;
        }
    }

    private static string Place(RuleInput input) => $"{input.Interface} {input.Group} {input.Port}";

    private static string Place(RuleOutput output) => $"{output.Interface} {output.Group} {output.Port}";
}

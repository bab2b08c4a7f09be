using Mcr.Actors.Configuration;
using Mcr.Native.Rules;

namespace Mcr.Actors.Control;

/// <summary>A rule as the request that asks for it: <see cref="RuleParser"/> makes the same rule of it again. Pure.</summary>
public static class RuleRequest
{
    public static ControlRequest.Add Of(ForwardingRule rule) => new()
    {
        RuleId = rule.Id == RuleId.Of(rule.Input) ? null : rule.Id.Value,
        Name = rule.Name,
        InputInterface = rule.Input.From is null ? rule.Input.Interface : null,
        InputGroup = rule.Input.From is null ? rule.Input.Range.GroupText : null,
        InputPort = rule.Input.From is null ? rule.Input.Range.PortText : null,
        InputNode = rule.Input.From?.Node,
        InputRule = rule.Input.From?.Rule,
        Join = rule.JoinText,
        Alarms = rule.AlarmsText,
        Analyse = rule.AnalyseText,
        Ha = rule.RedundancyText,
        Source = rule.Input.Source?.ToString(),
        Inputs = rule.MoreInputs.IsEmpty ? null : [.. rule.MoreInputs.Select(InputViews.Text)],
        Select = rule.SelectText,
        Force = rule.NeedsForce,
        Outputs = [.. rule.Outputs.Select(Output)],
    };

    private static OutputText Output(RuleOutput output)
    {
        var options = RuleText.Options(output).ToDictionary(o => o.Key, o => o.Value);
        return new OutputText
        {
            Group = output.Rule is null ? output.Range.GroupText : null,
            Port = output.Rule is null ? output.Range.PortText : null,
            Interface = output.Rule is null ? output.Interface : null,
            Rule = output.Rule,
            Ttl = options.GetValueOrDefault("ttl"),
            Source = options.GetValueOrDefault("source"),
            Dscp = options.GetValueOrDefault("dscp"),
            RateLimit = options.GetValueOrDefault("rate-limit"),
            MaxBurst = options.GetValueOrDefault("max-burst"),
            Pace = options.GetValueOrDefault("pace"),
            Priority = options.GetValueOrDefault("priority"),
            Node = options.GetValueOrDefault("node"),
            Pair = options.GetValueOrDefault("pair"),
        };
    }
}

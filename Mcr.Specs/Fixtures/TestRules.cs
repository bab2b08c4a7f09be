using Mcr.Native.Rules;

namespace Mcr.Specs.Fixtures;

internal static class TestRules
{
    /// <param name="outputs">As <c>group:port:interface</c>.</param>
    public static ForwardingRule Rule(string device, string group, int port, string? name, params string[] outputs) => Parse(new RuleDraft
    {
        Name = name,
        InputInterface = device,
        InputGroup = group,
        InputPort = $"{port}",
        Outputs = [.. outputs.Select(o => o.Split(':')).Select(o => new OutputDraft { Group = o[0], Port = o[1], Interface = o[2] })],
    });

    public static ForwardingRule Parse(RuleDraft draft) =>
        RuleParser.Parse(draft, out IReadOnlyList<RuleProblem> problems) ?? throw new ArgumentException(string.Join('\n', problems));
}

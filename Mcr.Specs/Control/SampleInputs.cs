using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

/// <summary>Rules of which every second has several inputs, for screens.</summary>
internal static class SampleInputs
{
    private static readonly string[] Selects = ["merge", "merge,by=sequence offset=4 width=32 endian=little,hold=0", "failover,receive-timeout=50ms,max-loss=1%"];

    public static RuleEntry[] Rules(int count) => [.. SampleAnswers.Rules(count).Select((rule, i) => i % 2 != 0 ? rule : rule with { Inputs = Inputs(rule.InputGroup, rule.InputPort, i), Select = Selects[i % 3] })];

    public static StatsEntry[] Stats(int count) => [.. SampleAnswers.Stats(count).Select((rule, i) => i % 2 != 0 ? rule : rule with { Inputs = Inputs(rule.InputGroup, rule.InputPort, i), Select = Selects[i % 3] })];

    private static InputEntry[] Inputs(string group, int port, int i) =>
        [new(group, port, "eth2") { Source = i % 4 == 0 ? "10.20.30.41" : null }, .. i % 3 == 0 ? [new InputEntry(group, port + 1, "eth3")] : Array.Empty<InputEntry>()];
}

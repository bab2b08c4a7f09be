using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

/// <summary>Rules of which every second has several inputs, for screens.</summary>
internal static class SampleInputs
{
    private static readonly string[] Selects = ["merge", "merge,by=sequence offset=4 width=32 endian=little,hold=0", "failover,receive-timeout=50ms,max-loss=1%"];

    public static RuleEntry[] Rules(int count) => [.. SampleAnswers.Rules(count).Select((rule, i) => i % 2 != 0 ? rule : rule with { Inputs = Inputs(rule.InputGroup, rule.InputPort, i), Select = Selects[i % 3] })];

    public static StatsEntry[] Stats(int count) => [.. SampleAnswers.Stats(count).Select((rule, i) => i % 2 != 0 ? rule : rule with
    {
        Inputs = Inputs(rule.InputGroup, rule.InputPort, i),
        Select = Selects[i % 3],
        Selection = Selection(rule, [new(rule.InputGroup, rule.InputPort, rule.InputInterface), .. Inputs(rule.InputGroup, rule.InputPort, i)], i),
    })];

    private static SelectionEntry Selection(StatsEntry rule, InputEntry[] inputs, int i)
    {
        bool isFailover = i % 3 == 2;
        long all = rule.PacketsRelayed;
        SelectionInputEntry[] each = [.. inputs.Select((input, n) => new SelectionInputEntry(
            n + 1,
            input.Interface,
            input.Group,
            input.Port,
            State(n, isFailover),
            Words(n, isFailover),
            Received: n == 2 ? all / 2 : all - (1000 * (n + 1)),
            Won: isFailover ? (n == 0 ? all : 0) : n == 0 ? all - 4321 : n == 1 ? 4321 : 0,
            Recovered: isFailover || n != 1 ? 0 : 321,
            Lost: 1000 * (n + 1),
            Late: isFailover ? 0 : 7 * n,
            Duplicates: isFailover || n == 0 ? 0 : all / 2,
            Differing: 0,
            Reordered: n,
            Astray: 0,
            Standby: isFailover && n != 0 ? all - 2000 : 0,
            Unusable: 0)
        {
            Source = input.Source,
            LastSeen = n == 2 ? SampleAnswers.Now.AddMinutes(-5) : SampleAnswers.Now,
            Skew = isFailover || n == 0 ? null : new SkewEntry(all / 2, 1_408, 9_216, 20_480),
        })];
        return new SelectionEntry(isFailover ? "failover" : "merge", all, 3, each.Sum(e => e.Duplicates), each.Sum(e => e.Recovered), i % 4 == 0 ? 1 : 0, 0, 0, each)
        {
            RestartedAt = i % 4 == 0 ? SampleAnswers.Now.AddMinutes(-90) : null,
            Relayed = isFailover ? 1 : null,
            Switches = isFailover ? 2 : null,
            SwitchedAt = isFailover ? SampleAnswers.Now.AddMinutes(-30) : null,
        };
    }

    private static string State(int input, bool isFailover) => (input, isFailover) switch
    {
        (2, _) => "silent",
        (0, true) => "relayed",
        _ => "alive",
    };

    private static string Words(int input, bool isFailover) => input == 2 ? "silent for 5 min" : State(input, isFailover);

    private static InputEntry[] Inputs(string group, int port, int i) =>
        [new(group, port, "eth2") { Source = i % 4 == 0 ? "10.20.30.41" : null }, .. i % 3 == 0 ? [new InputEntry(group, port + 1, "eth3")] : Array.Empty<InputEntry>()];
}

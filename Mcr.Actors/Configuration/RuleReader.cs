using System.Collections.Immutable;
using Mcr.Actors.Configuration.Hocon;
using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary>
/// <c>mcr.rules</c>, and the rules of a state file: objects to drafts to rules, each problem at the place of the field that has it. Together they are checked as the
/// supervisor would check them one after another, but for two rules with the same input, which a file should not have.
/// </summary>
internal static class RuleReader
{
    private const string OriginKey = "origin";

    /// <param name="elsewhere">Why a rule cannot be on this node; null: that is not judged here.</param>
    /// <param name="saysOrigin">Each says where it comes from; otherwise that is where it is written.</param>
    public static ImmutableArray<ConfiguredRule> Read(ConfigSection section, string key, List<ConfigProblem> problems, bool saysOrigin = false, Func<ForwardingRule, RuleProblem?>? elsewhere = null)
    {
        var rules = ImmutableArray.CreateBuilder<ConfiguredRule>();
        var inputs = new Dictionary<RuleInput, SourcePosition>();
        RuleSetBuilder set = RuleSet.Empty.ToBuilder();
        IReadOnlyList<HoconNode> items = section.Array(key);
        for (int i = 0; i < items.Count; i++)
        {
            string path = $"{section.Path(key)}[{i}]";
            if (items[i] is not HoconObject item)
            {
                problems.Add(new ConfigProblem(items[i].At, $"{path} is {ConfigSection.Kind(items[i])}; give an object: {{ input {{ … }}, outputs = [ … ] }}"));
                continue;
            }

            var written = new WrittenRule(item, path, problems, saysOrigin);
            if (written.Rule is not { } rule)
                continue;
            if (inputs.TryGetValue(rule.Input, out SourcePosition first))
            {
                problems.Add(new ConfigProblem(item.At, $"{path} has the same input as the rule at {first} ({rule.Input}); join their outputs in one rule"));
                continue;
            }

            inputs.Add(rule.Input, item.At);
            IReadOnlyList<RuleProblem> conflicts = set.Check(rule);
            problems.AddRange(conflicts.Select(written.ProblemOfRule));
            if (elsewhere?.Invoke(rule) is { } problem)
                problems.Add(written.ProblemOfRule(problem));
            if (conflicts.Count == 0)
                set.Put(rule);
            rules.Add(new ConfiguredRule(rule, written.Origin ?? item.At.ToString()));
        }

        return rules.ToImmutable();
    }

    /// <summary>One object of <c>rules</c>, with the places of its fields.</summary>
    private sealed class WrittenRule
    {
        private readonly ConfigSection _rule;
        private readonly ConfigSection _input;
        private readonly ConfigSection? _alarms; // where they are an object, and no text
        private readonly ConfigSection? _redundancy; // likewise
        private readonly List<ConfigSection> _outputs = [];
        private readonly string _path;
        private readonly RuleDraft _draft;

        public WrittenRule(HoconObject item, string path, List<ConfigProblem> problems, bool saysOrigin)
        {
            _path = path;
            _rule = new ConfigSection(item, path, problems);
            Origin = saysOrigin ? _rule.Text(OriginKey) : null;
            _input = _rule.Section("input");
            _alarms = _rule.Find("alarms") is HoconObject ? _rule.Section("alarms") : null;
            _redundancy = _rule.Find(RuleParser.RedundancyField) is HoconObject ? _rule.Section(RuleParser.RedundancyField) : null;
            int known = problems.Count;
            IReadOnlyList<HoconNode> outputs = _rule.Array("outputs");
            for (int i = 0; i < outputs.Count; i++)
            {
                bool isObject = outputs[i] is HoconObject;
                _outputs.Add(new ConfigSection(outputs[i] as HoconObject ?? new HoconObject(outputs[i].At), $"{path}.outputs[{i}]", problems, isObject));
                if (!isObject)
                    problems.Add(new ConfigProblem(outputs[i].At, $"{path}.outputs[{i}] is {ConfigSection.Kind(outputs[i])}; give an object: {{ interface = eth1, group = \"239.2.2.2\", port = 6000 }}"));
            }

            _draft = new RuleDraft
            {
                Id = _rule.Text("id"),
                Name = _rule.Text("name"),
                Force = _rule.Find("force") is not null && _rule.Flag("force"),
                Analyse = _rule.Text("analyse"),
                Alarms = _alarms is null ? _rule.Text("alarms") : string.Join(',', AlarmReader.Written(_alarms).Select(p => $"{p.Key}={p.Value.Replace(" ", "", StringComparison.Ordinal)}")),
                Redundancy = _redundancy is null ? _rule.Text(RuleParser.RedundancyField) : RedundancyReader.Written(_redundancy),
                InputInterface = _input.Text("interface"),
                InputGroup = _input.Text("group"),
                InputPort = _input.Text("port"),
                InputSource = _input.Text("source"),
                InputJoin = _input.TextOrList("join"),
                Outputs = [.. _outputs.Select(Draft)],
            };
            _rule.RefuseUnknownKeys();
            _input.RefuseUnknownKeys();
            _alarms?.RefuseUnknownKeys();
            _redundancy?.RefuseUnknownKeys();
            foreach (ConfigSection output in _outputs)
                output.RefuseUnknownKeys();
            ForwardingRule? rule = RuleParser.Parse(_draft, out IReadOnlyList<RuleProblem> found);
            problems.AddRange(found.Select(Problem));
            Rule = problems.Count == known ? rule : null;
        }

        /// <summary>null when it has problems.</summary>
        public ForwardingRule? Rule { get; }

        /// <summary>null when it is not said.</summary>
        public string? Origin { get; }

        /// <summary>At the value of the field, or where it is missing.</summary>
        public ConfigProblem Problem(RuleProblem problem)
        {
            (ConfigSection section, string key) = Locate(problem.Field);
            return new ConfigProblem(section.PositionOf(key), $"{_path}.{problem.Field}: {problem.Sentence}{section.WhyMissing(key)}");
        }

        /// <summary>Of the rule that was made of it.</summary>
        public ConfigProblem ProblemOfRule(RuleProblem problem) => Problem(_draft.AsWritten(problem));

        private static OutputDraft Draft(ConfigSection output) => new()
        {
            Interface = output.Text("interface"),
            Group = output.Text("group"),
            Port = output.Text("port"),
            Ttl = output.Text("ttl"),
            Source = output.Text("source"),
            Dscp = output.Text("dscp"),
            RateLimit = output.Text("rate-limit"),
            MaxBurst = output.Text("max-burst"),
            Pace = output.Text("pace"),
            Priority = output.Text("priority"),
            Node = output.TextOrList("node", NodeName.Between),
            Pair = output.TextOrList("pair", NodeName.Between),
        };

        /// <summary><c>outputs[1].port</c> to the section and the key that have it.</summary>
        private (ConfigSection Section, string Key) Locate(string field)
        {
            string[] parts = field.Split('.');
            string last = parts[^1];
            if (parts[0] == "input")
                return parts.Length > 1 ? (_input, last) : (_rule, "input");
            if (parts[0] == "alarms" && parts.Length > 1 && _alarms is not null)
                return (_alarms, last);
            if (parts[0] == RuleParser.RedundancyField && parts.Length > 1 && _redundancy is not null)
                return (_redundancy, last);
            int open = parts[0].IndexOf('[', StringComparison.Ordinal);
            if (open > 0 && int.TryParse(parts[0].AsSpan(open + 1).TrimEnd(']'), out int index) && index < _outputs.Count)
                return (_outputs[index], parts.Length > 1 ? last : "");
            return (_rule, parts[0]);
        }
    }
}

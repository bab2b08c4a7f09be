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
        private readonly ConfigSection[] _inputs; // one where it is `input`
        private readonly bool _isList; // of inputs
        private readonly ConfigSection? _select; // where it is an object, and no text
        private readonly ConfigSection? _alarms; // where they are an object, and no text
        private readonly ConfigSection? _redundancy; // likewise
        private readonly ConfigSection[] _outputs;
        private readonly string _path;
        private readonly RuleDraft _draft;

        public WrittenRule(HoconObject item, string path, List<ConfigProblem> problems, bool saysOrigin)
        {
            _path = path;
            _rule = new ConfigSection(item, path, problems);
            Origin = saysOrigin ? _rule.Text(OriginKey) : null;
            _select = _rule.Find(RuleParser.SelectField) is HoconObject ? _rule.Section(RuleParser.SelectField) : null;
            _alarms = _rule.Find("alarms") is HoconObject ? _rule.Section("alarms") : null;
            _redundancy = _rule.Find(RuleParser.RedundancyField) is HoconObject ? _rule.Section(RuleParser.RedundancyField) : null;
            int known = problems.Count;
            _isList = _rule.Find("inputs") is not (null or HoconScalar { Text: null });
            _inputs = _isList ? Elements("inputs", "{ interface = eth0, group = \"239.1.1.1\", port = 5000 }", problems) : [_rule.Section("input")];
            if (_isList && _rule.Find("input") is { } both)
                problems.Add(new ConfigProblem(both.At, $"{path}.input cannot be beside inputs; move it there, as the first of them"));
            if (_isList && _inputs.Length == 0)
                problems.Add(new ConfigProblem(_rule.PositionOf("inputs"), $"{path}.inputs is empty; give {SelectSettings.MinInputs} to {SelectSettings.MaxInputs} inputs, or one input {{ … }}"));
            _outputs = Elements("outputs", "{ interface = eth1, group = \"239.2.2.2\", port = 6000 }", problems);
            ConfigSection input = _inputs.FirstOrDefault() ?? new ConfigSection(new HoconObject(item.At), $"{path}.inputs[0]", []);
            _draft = new RuleDraft
            {
                Id = _rule.Text("id"),
                Name = _rule.Text("name"),
                Force = _rule.Find("force") is not null && _rule.Flag("force"),
                Analyse = _rule.Text("analyse"),
                Alarms = _alarms is null ? _rule.Text("alarms") : string.Join(',', AlarmReader.Written(_alarms).Select(p => $"{p.Key}={p.Value.Replace(" ", "", StringComparison.Ordinal)}")),
                Redundancy = _redundancy is null ? _rule.Text(RuleParser.RedundancyField) : RedundancyReader.Written(_redundancy),
                InputInterface = input.Text("interface"),
                InputGroup = input.Text("group"),
                InputPort = input.Text("port"),
                InputSource = input.Text("source"),
                InputNode = input.Text("node"),
                InputRule = input.Text("rule"),
                InputJoin = input.TextOrList("join"),
                MoreInputs = [.. _inputs.Skip(1).Select(Input)],
                Select = _select is null ? _rule.Text(RuleParser.SelectField) : SelectReader.Written(_select),
                Outputs = [.. _outputs.Select(Draft)],
            };
            _rule.RefuseUnknownKeys();
            _select?.RefuseUnknownKeys();
            _alarms?.RefuseUnknownKeys();
            _redundancy?.RefuseUnknownKeys();
            foreach (ConfigSection place in _inputs.Concat(_outputs))
                place.RefuseUnknownKeys();
            if (_inputs.Length == 0)
                return; // what else is said of the first one would be about nothing
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
            string field = _isList && problem.Field.Split('.')[0] == "input" ? $"inputs[0]{problem.Field["input".Length..]}" : problem.Field; // the only one of a list
            (ConfigSection section, string key) = Locate(field);
            return new ConfigProblem(section.PositionOf(key), $"{_path}.{field}: {problem.Sentence}{section.WhyMissing(key)}");
        }

        /// <summary>Of the rule that was made of it.</summary>
        public ConfigProblem ProblemOfRule(RuleProblem problem) => Problem(_draft.AsWritten(problem));

        /// <summary>The objects of an array; what is none of them is a problem.</summary>
        private ConfigSection[] Elements(string key, string example, List<ConfigProblem> problems)
        {
            IReadOnlyList<HoconNode> items = _rule.Array(key);
            var sections = new ConfigSection[items.Count];
            for (int i = 0; i < items.Count; i++)
            {
                bool isObject = items[i] is HoconObject;
                sections[i] = new ConfigSection(items[i] as HoconObject ?? new HoconObject(items[i].At), $"{_path}.{key}[{i}]", problems, isObject);
                if (!isObject)
                    problems.Add(new ConfigProblem(items[i].At, $"{_path}.{key}[{i}] is {ConfigSection.Kind(items[i])}; give an object: {example}"));
            }

            return sections;
        }

        private static InputDraft Input(ConfigSection input) => new()
        {
            Interface = input.Text("interface"),
            Group = input.Text("group"),
            Port = input.Text("port"),
            Source = input.Text("source"),
            Node = input.Text("node"),
            Rule = input.Text("rule"),
        };

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
            Rule = output.Text("rule"),
        };

        /// <summary><c>outputs[1].port</c> to the section and the key that have it.</summary>
        private (ConfigSection Section, string Key) Locate(string field)
        {
            string[] parts = field.Split('.');
            string last = parts[^1];
            if (parts[0] == "input")
                return parts.Length > 1 ? (_inputs[0], last) : (_rule, "input");
            if (parts[0] == "alarms" && parts.Length > 1 && _alarms is not null)
                return (_alarms, last);
            if (parts[0] == RuleParser.RedundancyField && parts.Length > 1 && _redundancy is not null)
                return (_redundancy, last);
            if (parts[0] == RuleParser.SelectField && parts.Length > 1 && _select is not null)
                return (_select, last);
            int open = parts[0].IndexOf('[', StringComparison.Ordinal);
            ConfigSection[] places = parts[0].StartsWith("inputs[", StringComparison.Ordinal) ? _inputs : _outputs;
            if (open > 0 && int.TryParse(parts[0].AsSpan(open + 1).TrimEnd(']'), out int index) && index < places.Length)
                return (places[index], parts.Length > 1 ? last : "");
            return (_rule, parts[0]);
        }
    }
}

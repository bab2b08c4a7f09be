using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Mcr.Native.Analysis;

namespace Mcr.Native.Rules;

/// <summary>Draft in, rule or every problem of the draft out. Pure; what depends on other rules is in <see cref="RuleSetChecks"/>.</summary>
public sealed partial class RuleParser
{
    /// <summary>In bytes: IFNAMSIZ less the terminating zero (linux/if.h).</summary>
    public const int MaxInterfaceNameLength = 15;

    /// <summary>What <see cref="RuleDraft.Redundancy"/> is called in files, requests and problems.</summary>
    public const string RedundancyField = "ha";

    private readonly List<RuleProblem> _problems = [];
    private readonly RuleDraft _draft;

    private RuleParser(RuleDraft draft) => _draft = draft;

    /// <returns>The rule, or null with at least one problem.</returns>
    public static ForwardingRule? Parse(RuleDraft draft, out IReadOnlyList<RuleProblem> problems)
    {
        var parser = new RuleParser(draft);
        ForwardingRule? rule = parser.Parse();
        problems = parser._problems;
        return parser._problems.Count == 0 ? rule : null;
    }

    private ForwardingRule? Parse()
    {
        var first = new InputDraft { Interface = _draft.InputInterface, Group = _draft.InputGroup, Port = _draft.InputPort, Source = _draft.InputSource, Node = _draft.InputNode, Rule = _draft.InputRule };
        WrittenInput input = Input(HasSeveral ? "inputs[0]" : "input", first);
        (GroupRange? prefix, GroupRange? range) = (input.Groups, input.Range);
        GroupJoin join = GroupJoin.All;
        if (range is { } there && !HasSeveral)
            join = CheckRange(there);
        (SelectSettings? select, ImmutableArray<RuleInput> moreInputs) = Inputs(input);

        var outputs = ImmutableArray.CreateBuilder<RuleOutput>();
        if (_draft.Outputs.Count == 0)
            Problem("outputs", "a rule needs at least one output; give a group, a port and an interface");
        if (_draft.Outputs.Sum(o => o.Count) is > ForwardingRule.MaxOutputs and var count)
            Problem("outputs", $"{count} outputs are more than the {ForwardingRule.MaxOutputs} that one rule may have; split them over several rules on different inputs");
        for (int i = 0; i < Math.Min(_draft.Outputs.Count, ForwardingRule.MaxOutputs); i++)
            outputs.AddRange(Outputs($"outputs[{i}]", _draft.Outputs[i], prefix, range));

        AnalysisSettings analysis = AnalysisSettings.Auto;
        if (_draft.Analyse is { } text)
        {
            analysis = AnalysisText.Parse(text, out string? refusal) ?? default;
            if (refusal is not null)
                Problem("analyse", $"'{Quote(text)}' {refusal}");
        }

        AlarmSettings alarms = _draft.Alarms is { } watched ? AlarmText.Parse(watched, Within("alarms")) : default;
        RedundancySettings? redundancy = _draft.Redundancy is { } shared ? RedundancyText.Parse(shared, Within(RedundancyField)) : null;
        if (select?.By is { } key && key.Excludes(analysis))
            Problem("analyse", $"'{AnalysisText.Format(analysis)}' is one kind of payload, and {SelectField} goes by {SelectKeyText.Format(key)}, which is another; no payload is both: correct one of them, or leave analyse out");
        CheckNames();
        CheckMadeOfLegs();
        if (redundancy is not null)
            CheckLegs(redundancy);
        if (_problems.Count > 0)
            return null;
        RuleInput from = input.Made!;
        RuleId id = _draft.Id is null ? RuleId.Of(from) : new RuleId(_draft.Id);
        return new ForwardingRule(id, _draft.Name, from, outputs.ToImmutable()) { Analysis = analysis, Join = join, Alarms = alarms, Redundancy = redundancy, Select = select, MoreInputs = moreInputs };
    }

    private void CheckDestination(string field, GroupRange range)
    {
        if (!Addresses.IsMulticast(range.Group) && !Addresses.IsUnicast(range.Group))
            Problem(field, $"'{range.GroupText}' is neither a multicast group nor a unicast address; use {(Addresses.IsIPv6(range.Group) ? "a group of ff00::/8" : "224.0.0.0 to 239.255.255.255")}, or the address of one host");
        else if (Addresses.ReservedFor(range) is { } use && !_draft.Force)
            Problem(field, $"'{range.GroupText}' {(range.IsOneGroup ? "is" : "has groups that are")} reserved for {use}; choose {(range.IsOneGroup ? "another group" : "a narrower prefix")}, or force the rule if you mean it");
    }

    private void CheckNames()
    {
        if (_draft.Id is { } id && !RuleId.IsValid(id))
            Problem("id", $"'{Quote(id)}' is not a rule id; use 1 to {RuleId.MaxLength} of A-Z a-z 0-9 . _ -");
        if (_draft.Name is { } name && (name.Length is 0 or > ForwardingRule.MaxNameLength || name.Any(char.IsControl)))
            Problem("name", $"'{Quote(name)}' is not a rule name; use 1 to {ForwardingRule.MaxNameLength} printable characters");
    }

    private string? Interface(string field, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Missing(field, "the name of a network interface, such as eth0");
        return WhyNoInterface(text) is { } refusal ? Problem(field, $"'{Quote(text)}' {refusal}") : text;
    }

    /// <returns>Why no device can be called that, for the end of a sentence; null: one can.</returns>
    public static string? WhyNoInterface(string text) =>
        Encoding.UTF8.GetByteCount(text) is > MaxInterfaceNameLength and var bytes ? $"has {bytes} {(bytes == text.Length ? "characters" : "bytes")}; Linux interface names have at most {MaxInterfaceNameLength} (see: ip link)"
        : text is "." or ".." || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or ':') ? "is not an interface name; names have no spaces, '/' or ':' (see: ip link)"
        : null;

    private IPAddress? Address(string field, string? text, string wanted)
    {
        if (string.IsNullOrEmpty(text))
        {
            Missing(field, wanted);
            return null;
        }

        IPAddress? address = AddressText.Parse(text, wanted, out string? refusal);
        if (refusal is not null)
            Problem(field, $"'{Quote(text)}' {refusal}");
        return address;
    }

    private ushort? Port(string field, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            Missing(field, "a UDP port from 1 to 65535");
            return null;
        }

        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port != 0)
            return port;
        Problem(field, $"'{Quote(text)}' is not a UDP port; use a number from 1 to 65535");
        return null;
    }

    /// <summary>Problems of an option that has keys of its own.</summary>
    private Action<string, string> Within(string field) => (key, sentence) => Problem(key.Length == 0 ? field : $"{field}.{key}", sentence);

    private string? Missing(string field, string wanted) => Problem(field, $"is missing; give {wanted}");

    private string? Problem(string field, string sentence)
    {
        _problems.Add(new RuleProblem(field, sentence));
        return null;
    }

    /// <summary>What somebody wrote, short enough and free of control characters, so that it cannot spoil a log or a terminal.</summary>
    private static string Quote(string text)
    {
        string clean = new([.. text.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
        return text.Length > 80 ? clean + "…" : clean;
    }
}

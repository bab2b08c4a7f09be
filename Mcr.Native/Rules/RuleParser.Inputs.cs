using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Mcr.Native.Rules;

/// <summary>The input of a rule, or several of them and how they become one stream.</summary>
public sealed partial class RuleParser
{
    /// <summary>What <see cref="RuleDraft.Select"/> is called in files, requests and problems.</summary>
    public const string SelectField = "select";

    /// <summary>Whether it is written as one with several inputs; problems name the first as one of them then.</summary>
    private bool HasSeveral => _draft.MoreInputs.Count > 0 || _draft.Select is not null;

    /// <summary>Those behind the first.</summary>
    private (SelectSettings? Select, ImmutableArray<RuleInput> MoreInputs) Inputs(WrittenInput first)
    {
        if (!HasSeveral)
            return (null, []);
        int count = _draft.MoreInputs.Count + 1;
        SelectSettings? select = null;
        if (_draft.Select is { } text)
            select = SelectText.Parse(text, Within(SelectField));
        else
            Problem(SelectField, $"is missing, and there are {count} inputs; give failover (the first input that is well), or merge (each datagram once, from whichever has it first)");
        if (count < SelectSettings.MinInputs)
            Problem(SelectField, $"is for rules with several inputs, and this one has one; give {SelectSettings.MinInputs} to {SelectSettings.MaxInputs} inputs, or leave it out");
        if (count > SelectSettings.MaxInputs)
            Problem("inputs", $"{count} inputs are more than the {SelectSettings.MaxInputs} that one rule may have; leave some out");
        if (_draft.InputJoin is not null)
            Problem("inputs[0].join", $"is for a rule with one input, and with {SelectField} each input is one group, which is joined; leave it out");

        WrittenInput[] inputs = [first, .. _draft.MoreInputs.Take(SelectSettings.MaxInputs - 1).Select((input, i) => Input(string.Create(CultureInfo.InvariantCulture, $"inputs[{i + 1}]"), input))];
        for (int i = 0; i < inputs.Length; i++)
            CheckAmong(inputs, i);
        return (select, [.. inputs.Skip(1).Select(i => i.Made).OfType<RuleInput>()]);
    }

    /// <param name="path">Of its fields.</param>
    private WrittenInput Input(string path, InputDraft draft)
    {
        if (draft.Node is not null || draft.Rule is not null)
            return FromRule(path, draft);
        int before = _problems.Count;
        string? device = Interface($"{path}.interface", draft.Interface);
        GroupRange? groups = Prefix($"{path}.group", draft.Group, "a multicast group such as 239.1.1.1, or a unicast address of this host");
        GroupRange? range = Both(groups, Ports($"{path}.port", draft.Port));
        IPAddress? source = draft.Source is null ? null : Address($"{path}.source", draft.Source, "the sender's unicast address, such as 10.0.0.7");
        if (source is not null && !Addresses.IsUnicast(source))
            Problem($"{path}.source", $"'{source}' is not a unicast address; give the address of one sender, or leave it out");
        else if (source is not null && groups is { } family && Addresses.IsIPv6(source) != Addresses.IsIPv6(family.Group))
            Problem($"{path}.source", $"'{source}' and the input '{family.Group}' are of different address families; give the address that the sender has in the group's");
        if (groups is { } there)
            CheckInputGroup($"{path}.group", there, draft);
        RuleInput? made = _problems.Count != before ? null : new RuleInput(device!, range!.Value.Group, range.Value.Port, source)
        {
            PrefixLength = range.Value.IsOneGroup ? null : (byte)range.Value.Length,
            LastPort = range.Value.Ports == 1 ? null : range.Value.Last,
        };
        return new WrittenInput(path, groups, range, made);
    }

    private void CheckInputGroup(string field, GroupRange group, InputDraft draft)
    {
        CheckDestination(field, group);
        if (Addresses.IsSourceSpecific(group) && draft.Source is null && !_draft.Force)
            Problem(field, $"'{group.GroupText}' {(group.IsOneGroup ? "is a source-specific group" : "has source-specific groups")} ({(Addresses.IsIPv6(group.Group) ? "ff3x::/32" : "232.0.0.0/8")}) and needs a source; add source = <address of the sender>, or force the rule");
    }

    /// <summary>One stream is of one group and port, on each of its ways.</summary>
    private void CheckAmong(WrittenInput[] inputs, int number)
    {
        WrittenInput input = inputs[number];
        if (input.Groups is { IsOneGroup: false } groups)
            Problem($"{input.Path}.group", $"'{groups.GroupText}' is a prefix, and {SelectField} makes one stream of inputs that are one group each; give one group, and a rule for each of the others");
        if (input.Range is { } range && range.Port != range.Last)
            Problem($"{input.Path}.port", $"'{range.PortText}' is a range, and {SelectField} makes one stream of inputs that are one port each; give one port, and a rule for each of the others");
        if (number > 0 && inputs[0].Groups is { } first && input.Groups is { } own && Addresses.IsIPv6(first.Group) != Addresses.IsIPv6(own.Group))
            Problem($"{input.Path}.group", $"'{own.GroupText}' and '{first.GroupText}' of {inputs[0].Path} are of different address families; a relay does not translate between IPv4 and IPv6");
        if (input.Made is { } made && inputs.Take(number).FirstOrDefault(i => made.Equals(i.Made)) is { } same)
            Problem(input.Path, $"{made} is {same.Path} once more; leave one out");
    }

    /// <summary>An input as far as it makes sense.</summary>
    /// <param name="Groups">Its ports mean nothing.</param>
    /// <param name="Made">null: it has a problem.</param>
    private sealed record WrittenInput(string Path, GroupRange? Groups, GroupRange? Range, RuleInput? Made);
}

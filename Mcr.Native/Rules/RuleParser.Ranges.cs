using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Mcr.Native.Rules;

/// <summary>Prefixes of groups and ranges of ports, and how their groups are joined.</summary>
public sealed partial class RuleParser
{
    private const int LeastIpv4Prefix = 4; // 224.0.0.0/4 and ff00::/8: all there are
    private const int LeastIpv6Prefix = 8;

    /// <summary>With both, where neither is a problem.</summary>
    private static GroupRange? Both(GroupRange? groups, (ushort First, ushort Last)? ports) =>
        groups is { } prefix && ports is var (first, last) ? prefix with { Port = first, Last = last } : null;

    /// <returns>Its ports mean nothing.</returns>
    private GroupRange? Prefix(string field, string? text, string wanted)
    {
        int slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        IPAddress? address = Address(field, slash < 0 ? text : text![..slash], wanted);
        if (address is null)
            return null;
        int bits = GroupRange.Bits(address);
        if (slash < 0)
            return new GroupRange(address, bits, 1, 1);
        int least = bits == 32 ? LeastIpv4Prefix : LeastIpv6Prefix;
        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length < least || length > bits)
        {
            Problem(field, $"'{Quote(text!)}' has no prefix length from {least} to {bits} behind its '/'; give one, such as {address}/{bits / 2 + bits / 4}");
            return null;
        }

        if (!Addresses.IsMulticast(address))
            Problem(field, $"'{Quote(text!)}' is not a prefix of multicast groups, and only those can be taken or sent together; give one address, or a prefix of {(bits == 32 ? "224.0.0.0/4" : "ff00::/8")}");
        else if (GroupRange.Masked(address, length) is var first && !first.Equals(address))
            Problem(field, $"'{Quote(text!)}' has bits behind its first {length}; give {first}/{length}");
        else
            return new GroupRange(address, length, 1, 1);
        return null;
    }

    private (ushort First, ushort Last)? Ports(string field, string? text)
    {
        int dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash <= 0)
            return Port(field, text) is { } port ? (port, port) : null;
        if (TryPort(text![..dash].Trim(), out ushort first) && TryPort(text[(dash + 1)..].Trim(), out ushort last) && first <= last)
            return (first, last);
        Problem(field, $"'{Quote(text)}' is not a range of UDP ports; give the first and the last, from 1 to 65535, such as 5000-5010");
        return null;
    }

    private static bool TryPort(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port != 0;

    /// <summary>What an input that is several needs besides.</summary>
    private GroupJoin CheckRange(GroupRange input)
    {
        if (!Addresses.IsMulticast(input.Group) && input.Port != input.Last)
            Problem("input.port", $"'{input.PortText}' is a range, and only of multicast groups can several ports be taken together; give a rule for each port");
        if (_draft.InputJoin is not { } text)
        {
            if (input.Groups > GroupJoin.MostImplied)
                Problem("input.join", $"is missing, and {input.GroupText} has {input.Groups:N0} groups, more than the {GroupJoin.MostImplied} that are joined without being asked for; list those that are to be joined, or give all-multicast (the device takes every group in), or none (the network sends them anyway)");
            return GroupJoin.All;
        }

        if (!Addresses.IsMulticast(input.Group))
            Problem("input.join", $"is for multicast groups, and {input.Group} is none; leave it out");
        switch (text)
        {
            case "all" when input.Groups > GroupJoin.MostImplied:
                Problem("input.join", $"'all' is for at most {GroupJoin.MostImplied} groups, and {input.GroupText} has {input.Groups:N0}; list those that are to be joined, or give all-multicast");
                return GroupJoin.All;
            case "all":
                return GroupJoin.All;
            case "all-multicast":
                return new GroupJoin(JoinKind.AllMulticast, []);
            case "none":
                return new GroupJoin(JoinKind.None, []);
            default:
                return Listed(input, text);
        }
    }

    private GroupJoin Listed(GroupRange input, string text)
    {
        var groups = new SortedSet<IPAddress>(Comparer<IPAddress>.Create((a, b) => Addresses.ToNumber(a).CompareTo(Addresses.ToNumber(b))));
        string[] parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length is 0 or > GroupJoin.MostListed)
            Problem("input.join", $"has {parts.Length} groups; give 1 to {GroupJoin.MostListed}, or all, all-multicast or none");
        foreach (string part in parts.Take(GroupJoin.MostListed))
        {
            if (Address("input.join", part, $"groups of {input.GroupText}, all, all-multicast or none") is not { } group)
                continue;
            if (!input.Contains(group))
                Problem("input.join", $"'{group}' is not in {input.GroupText}; give groups that are");
            else
                groups.Add(group);
        }

        return new GroupJoin(JoinKind.Listed, [.. groups]);
    }

    /// <summary>One to one, or nobody could tell where a datagram goes.</summary>
    private void CheckSameSize(string path, GroupRange output, GroupRange input)
    {
        if (output.Length != input.Length && Addresses.IsIPv6(output.Group) == Addresses.IsIPv6(input.Group))
            Problem($"{path}.group", $"'{output.GroupText}' has {output.Groups:N0} groups and the input {input.GroupText} {input.Groups:N0}, which are mapped one to one; give {(input.IsOneGroup ? "one group" : $"a prefix of the same length, such as {GroupRange.Masked(output.Group, input.Length)}/{input.Length}")}");
        if (output.Ports != input.Ports)
            Problem($"{path}.port", $"'{output.PortText}' is {output.Ports} ports and the input's {input.PortText} {input.Ports}, which are mapped one to one; give as many, such as {output.Port}{(input.Ports == 1 ? "" : $"-{output.Port + input.Ports - 1}")}");
        if (!input.IsExact && !Addresses.IsMulticast(output.Group))
            Problem($"{path}.group", $"'{output.Group}' is one host's, and a range is sent to multicast groups; give a rule for each group and port that goes there");
    }
}

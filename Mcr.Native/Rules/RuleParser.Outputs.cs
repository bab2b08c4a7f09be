using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Mcr.Native.Rules;

/// <summary>Outputs and their options. An option that is not given has its default, so that it stays out of the canonical text.</summary>
public sealed partial class RuleParser
{
    private const string SourceForms = "rewrite, keep, or the address to send from";

    /// <param name="inputGroups">Of which the ports mean nothing.</param>
    /// <param name="input">null: it has a problem.</param>
    /// <returns>None with a problem; several for several nodes.</returns>
    private IEnumerable<RuleOutput> Outputs(string path, OutputDraft draft, GroupRange? inputGroups, GroupRange? input)
    {
        if (draft.Rule is not null)
            return IntoRule(path, draft, input ?? inputGroups);
        int before = _problems.Count;
        GroupRange? groups = Prefix($"{path}.group", draft.Group, "a multicast group such as 239.2.2.2, or the unicast address of a receiver");
        IPAddress? group = groups?.Group;
        if (groups is { } there)
        {
            CheckDestination($"{path}.group", there);
            if (inputGroups is { } from && Addresses.IsIPv6(there.Group) != Addresses.IsIPv6(from.Group))
                Problem($"{path}.group", $"'{there.GroupText}' and the input '{from.GroupText}' are of different address families; a relay does not translate between IPv4 and IPv6");
        }

        GroupRange? range = Both(groups, Ports($"{path}.port", draft.Port));
        bool hasLeg = draft.Node is not null;
        if (hasLeg && ((range ?? groups)?.IsExact == false || (input ?? inputGroups)?.IsExact == false))
            Problem($"{path}.node", $"'{Quote(draft.Node!)}' gets what is sent there by a leg, which carries the payload only and not where it was sent to; give a rule with one group and one port for each that goes there");
        else if (range is { } whole && input is { } same)
            CheckSameSize(path, whole, same);

        string? device = Interface($"{path}.interface", draft.Interface);
        bool decrement = draft.Ttl == "decrement";
        byte? ttl = decrement ? null : (byte?)Number($"{path}.ttl", draft.Ttl, 1, byte.MaxValue, "a time to live; use a number from 1 to 255, or decrement");
        (SourceMode source, IPAddress? sourceAddress) = Source($"{path}.source", draft.Source, group);
        if (hasLeg && source == SourceMode.Keep)
            Problem($"{path}.source", "'keep' cannot be with node: a leg carries the payload only and not whom it came from; give rewrite, or an address of the other node");
        if (hasLeg && decrement)
            Problem($"{path}.ttl", "'decrement' cannot be with node: a leg carries the payload only and not the time to live that it came with; give a number from 1 to 255");
        Func<RuleOutput, RuleOutput> options = OnTheWay(path, draft);
        (ImmutableArray<string> nodes, ImmutableArray<string> pair) = Nodes(path, draft);
        if (_problems.Count != before)
            return [];
        RuleOutput output = options(new RuleOutput(device!, range!.Value.Group, range.Value.Port, ttl)
        {
            PrefixLength = range.Value.IsOneGroup ? null : (byte)range.Value.Length,
            LastPort = range.Value.Ports == 1 ? null : range.Value.Last,
            DecrementTtl = decrement,
            Source = source,
            SourceAddress = sourceAddress,
            MaySpoof = source == SourceMode.Address && _draft.Force,
            Pair = pair,
        });
        return nodes.IsEmpty ? [output] : nodes.Select(node => output with { Node = node });
    }

    /// <summary>The options of how datagrams leave, wherever to.</summary>
    private Func<RuleOutput, RuleOutput> OnTheWay(string path, OutputDraft draft)
    {
        byte? dscp = Option($"{path}.dscp", draft.Dscp, "copy", Dscp.Parse, "a DSCP; use copy, a number from 0 to 63, or a name such as ef, af41 or cs5");
        long? rateLimit = Option($"{path}.rate-limit", draft.RateLimit, "off", BitRate.Parse, "a rate in bits a second; use off, or 1kbit to 1000Gbit, such as 5000000, 5Mbit or 1.5Gbit");
        int? maxBurst = Number($"{path}.max-burst", draft.MaxBurst, 1, RuleOutput.MaxBurstLimit, $"a number of datagrams; use a number from 1 to {RuleOutput.MaxBurstLimit}");
        bool? pace = Option($"{path}.pace", draft.Pace, "off", FlagText.Parse, "a flag; use on or off");
        int? priority = Number($"{path}.priority", draft.Priority, 0, RuleOutput.MaxPriority, $"a priority; use a number from 0 to {RuleOutput.MaxPriority}");
        return output => output with
        {
            Dscp = dscp,
            RateLimit = rateLimit ?? 0,
            MaxBurst = (byte)(maxBurst ?? 0),
            Pace = pace ?? false,
            Priority = (byte)(priority ?? 0),
        };
    }

    /// <param name="group">Where the output sends to; null when that is unknown.</param>
    private (SourceMode Mode, IPAddress? Address) Source(string field, string? text, IPAddress? group)
    {
        if (text is null or "rewrite")
            return (SourceMode.Rewrite, null);
        if (text is "keep")
            return (SourceMode.Keep, null);
        IPAddress? address = Address(field, text, SourceForms);
        if (address is not null && !Addresses.IsUnicast(address))
            Problem(field, $"'{address}' is not a unicast address; give {SourceForms}");
        else if (address is not null && group is not null && Addresses.IsIPv6(address) != Addresses.IsIPv6(group))
            Problem(field, $"'{address}' and the group '{group}' are of different address families; give {SourceForms} in the group's");
        return (SourceMode.Address, address);
    }

    private int? Number(string field, string? text, int least, int most, string wanted) => Option(
        field,
        text,
        null,
        given => int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most ? value : (int?)null,
        wanted);

    /// <returns>null when it is not given, when it is the default, and when it is a problem.</returns>
    private T? Option<T>(string field, string? text, string? byDefault, Func<string, T?> parse, string wanted)
        where T : struct
    {
        if (text is null || text == byDefault)
            return null;
        T? value = parse(text);
        if (value is null)
            Problem(field, $"'{Quote(text)}' is not {wanted}");
        return value;
    }
}

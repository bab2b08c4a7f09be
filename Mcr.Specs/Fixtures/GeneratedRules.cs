using System.Net;
using CsCheck;
using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Specs.Fixtures;

/// <summary>Rules that the parser makes of something, for specs that hold for all of them.</summary>
internal static class GeneratedRules
{
    /// <summary>One of the nodes of every rule with <c>ha</c>.</summary>
    public const string Node = "relay-a";

    /// <summary>Settings with which a file may have any of them.</summary>
    public const string Cluster = $"mcr {{ node.name = {Node}, cluster {{ enabled = on, listen = \"127.0.0.1:4053\" }} }}";

    private static readonly Gen<IPAddress> GenV4 = Gen.Select(Gen.Byte[1, 223], Gen.Byte, Gen.Byte, Gen.Byte, (a, b, c, d) => new IPAddress([a, b, c, d]));

    /// <summary>Words that are often 0: many places for the :: of RFC 5952.</summary>
    private static readonly Gen<IPAddress> GenV6 = Gen.OneOf(Gen.Const((byte)0), Gen.Byte).Array[15]
        .Select(Gen.Byte[1, 254], (rest, first) => new IPAddress([first, .. rest]));

    private static readonly Gen<IPAddress> GenGroup4 = Gen.Select(Gen.Byte[224, 239], Gen.Byte, Gen.Byte, Gen.Byte, (a, b, c, d) => new IPAddress([a, b, c, d]));

    private static readonly Gen<IPAddress> GenGroup6 = GenV6.Select(a => new IPAddress([0xFF, .. a.GetAddressBytes().AsSpan(1)]));

    private static readonly Gen<RuleOutput> GenOutput = Gen.Select(
        Gen.Select(Gen.Byte[0, 255], Gen.Bool, Gen.Enum<SourceMode>()),
        Gen.Select(Gen.Byte[0, 64], Gen.OneOf(Gen.Const(0L), Gen.Long[BitRate.Least, BitRate.Most], Gen.Long[1, 1000].Select(m => m * 1_000_000))),
        Gen.Select(Gen.Byte[0, 64], Gen.Bool, Gen.Byte[0, 7]),
        (a, b, c) => new RuleOutput("eth1", IPAddress.Any, 1, a.Item2 || a.Item1 == 0 ? null : a.Item1)
        {
            DecrementTtl = a.Item2,
            Source = a.Item3,
            Dscp = b.Item1 == 64 ? null : b.Item1,
            RateLimit = b.Item2,
            MaxBurst = c.Item1,
            Pace = c.Item2,
            Priority = c.Item3,
        });

    /// <summary>Bits that are not of the prefix, ports, how its groups are joined. No bits and one port: as it was.</summary>
    private static readonly Gen<(int Bits, int Ports, JoinKind Join)> GenRange = Gen.OneOf(Gen.Const((0, 1, JoinKind.All)), Gen.Select(Gen.Int[0, 8], Gen.Int[1, 50], Gen.Enum<JoinKind>()));

    private static readonly Gen<SequenceField> GenField = Gen.Select(Gen.Int[0, SequenceField.MaxOffset], OneOf(8, 16, 32, 64), Gen.Bool, Gen.Int[0, SequenceField.MaxOffset], OneOf(0, 8, 16, 32), (offset, width, little, countOffset, countWidth) =>
        new SequenceField(offset, width, little, countWidth == 0 ? 0 : countOffset, countWidth));

    private static readonly Gen<AnalysisSettings> GenAnalysis = Gen.OneOf(
        OneOf(AnalysisSettings.Auto, AnalysisSettings.Off, AnalysisSettings.TransportStream, AnalysisSettings.Rtp()),
        Gen.Int[1, AnalysisSettings.MaxClockRate].Select(AnalysisSettings.Rtp),
        GenField.Select(AnalysisSettings.Sequence));

    private static readonly Gen<AlarmSettings> GenAlarms = Gen.OneOf(
        Gen.Const(default(AlarmSettings)),
        Gen.Select(
            Gen.Select(Gen.OneOf(Gen.Const(TimeSpan.Zero), Gen.Int[1000, 86_400_000].Select(ms => TimeSpan.FromMilliseconds(ms))).Nullable(), Gen.OneOf(Gen.Const(0L), Gen.Long[BitRate.Least, BitRate.Most / 2]).Nullable(), Gen.OneOf(Gen.Const(0L), Gen.Long[BitRate.Most / 2, BitRate.Most]).Nullable()),
            Gen.Select(Gen.Bool.Nullable(), Gen.Bool.Nullable(), Gen.Bool.Nullable(), Gen.Bool.Nullable(), Gen.Bool.Nullable()),
            (a, b) => new AlarmSettings(a.Item1, a.Item2, a.Item3, b.Item1, b.Item2, b.Item3, b.Item4, b.Item5)));

    /// <summary>null as often as not.</summary>
    private static readonly Gen<RedundancySettings?> GenRedundancy = Gen.Select(
        Gen.Char["abcxyzABC019-_."].Array[1, 4].Select(name => $"n{new string(name)}").Array[RedundancySettings.MinNodes - 1, RedundancySettings.MaxNodes - 1].Where(names => names.Distinct().Count() == names.Length),
        Gen.Int[0, RedundancySettings.MaxNodes],
        Gen.Int[0, RedundancySettings.MaxNodes],
        Gen.Select(Gen.Bool, Gen.Bool),
        Gen.OneOf(Gen.Const(RedundancySettings.DefaultTakeoverAfterMilliseconds), Gen.Int[RedundancySettings.ShortestTakeoverAfterMilliseconds, RedundancySettings.LongestTakeoverAfterMilliseconds]),
        (others, place, prefer, flags, takeoverAfter) =>
        {
            string[] nodes = [.. others];
            nodes = [.. nodes[..(place % (nodes.Length + 1))], Node, .. nodes[(place % (nodes.Length + 1))..]];
            return flags.Item1 ? null : new RedundancySettings([.. nodes], nodes[prefer % nodes.Length], flags.Item2, takeoverAfter);
        });

    /// <summary>Of each output: none, a node, or one of several, of which none is in <see cref="GenRedundancy"/>.</summary>
    private static readonly Gen<(string[] Nodes, int Which)[]> GenLegs = Gen.Select(
        Gen.Char["abcxyzABC019-_."].Array[1, 4].Select(name => $"m{new string(name)}").Array[0, RedundancySettings.MaxNodes].Where(names => names.Distinct().Count() == names.Length),
        Gen.Int[0, RedundancySettings.MaxNodes - 1]).Array[8];

    private static readonly Gen<SelectKey> GenKey = Gen.OneOf(
        OneOf(new SelectKey(SelectKeyKind.Rtp), new SelectKey(SelectKeyKind.MoldUdp64), new SelectKey(SelectKeyKind.Content)),
        GenField.Select(field => new SelectKey(SelectKeyKind.Sequence, field)));

    /// <summary>All that can be said of several inputs.</summary>
    public static readonly Gen<SelectSettings> AnySelect = Gen.OneOf(
        Gen.Select(GenKey, Gen.Int[1, SelectSettings.LongestSkewMilliseconds], Gen.OneOf(Gen.Const(0), Gen.Const(int.MaxValue), Gen.Int[0, SelectSettings.LongestSkewMilliseconds]), Gen.OneOf(Gen.Const(SelectSettings.DefaultBufferBytes), Gen.Int[SelectSettings.LeastBufferBytes, SelectSettings.MostBufferBytes]), (by, skew, hold, buffer) =>
            new SelectSettings(SelectMode.Merge, by) { SkewMilliseconds = skew, HoldMilliseconds = by.Kind == SelectKeyKind.Content ? 0 : Math.Min(hold, skew), BufferBytes = buffer }),
        Gen.Select(
            GenKey.Where(k => k.Kind != SelectKeyKind.Content),
            Gen.OneOf(Gen.Const(0), Gen.Int[1, 999_999]),
            Gen.Int[SelectSettings.ShortestReceiveTimeoutMilliseconds, SelectSettings.LongestReceiveTimeoutMilliseconds],
            Gen.OneOf(Gen.Const(0L), Gen.Long[1, SelectSettings.MostDatagrams]),
            Gen.Select(Gen.Bool, Gen.OneOf(Gen.Const(0), Gen.Int[0, SelectSettings.LongestRevertAfterMilliseconds])),
            (by, loss, timeout, rate, revert) => new SelectSettings(SelectMode.Failover, loss == 0 ? null : by) { MaxLossPpm = loss, ReceiveTimeoutMilliseconds = timeout, MinRate = rate, Revert = revert.Item1, RevertAfterMilliseconds = revert.Item2 }));

    /// <summary>With every option, IPv4 and IPv6; all have the same id, the same input interface, and further inputs, if any, on others.</summary>
    public static readonly Gen<ForwardingRule> Any = Gen.Bool.SelectMany(v6 =>
    {
        Gen<IPAddress> unicast = v6 ? GenV6 : GenV4;
        Gen<IPAddress> any = Gen.OneOf(unicast, v6 ? GenGroup6 : GenGroup4);
        Gen<ForwardingRule> one = Gen.Select(any, unicast.Null(), Gen.Bool, Gen.Select(any, unicast, GenOutput, Output).Array[1, 8], Rule).Where(r => r is not null).Select(r => r!);
        return Gen.Select(one, Gen.Select(any.Null(), unicast.Null()).Array[1, SelectSettings.MaxInputs - 1], AnySelect, Gen.Bool, (rule, more, select, several) => several ? WithInputs(rule, more, select) : rule);
    }).SelectMany(rule => Gen.Select(GenRange, GenAnalysis, GenAlarms, GenRedundancy, GenLegs, (range, analysis, alarms, redundancy, legs) => WithLegs(Widened(rule, range), legs) with { Analysis = rule.Select?.By?.Excludes(analysis) == true ? AnalysisSettings.Auto : analysis, Alarms = alarms, Redundancy = redundancy }));

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>The same rule with more inputs: of its group (null), or of others.</summary>
    private static ForwardingRule WithInputs(ForwardingRule rule, (IPAddress? Group, IPAddress? Source)[] more, SelectSettings select)
    {
        ForwardingRule several = rule with
        {
            MoreInputs = [.. more.Select((m, i) => new RuleInput($"in{i % 3}", m.Group ?? rule.Input.Group, (ushort)(5000 + i), m.Source))],
            Select = select,
        };
        bool usable = several.MoreInputs.SelectMany(i => new[] { i.Group, i.Source }).All(IsUsable);
        return usable && several.NeedsForce == rule.NeedsForce ? several : rule;
    }

    /// <summary>The same rule for several groups and ports, where all of it is multicast.</summary>
    private static ForwardingRule Widened(ForwardingRule rule, (int Bits, int Ports, JoinKind Join) range)
    {
        int length = GroupRange.Bits(rule.Input.Group) - range.Bits;
        if (rule.Select is not null || (range.Bits == 0 && range.Ports == 1) || !rule.Input.IsMulticast || rule.Outputs.Any(o => !o.IsMulticast))
            return rule;
        byte? prefix = range.Bits == 0 ? null : (byte)length;
        IPAddress group = GroupRange.Masked(rule.Input.Group, length);
        ForwardingRule wide = rule with
        {
            Input = rule.Input with { Group = group, PrefixLength = prefix, LastPort = range.Ports == 1 ? null : (ushort)(rule.Input.Port + range.Ports - 1) },
            Outputs = [.. rule.Outputs.Select((o, i) => o with { Group = GroupRange.Masked(o.Group, length), PrefixLength = prefix, Port = (ushort)(1 + (i * 100)), LastPort = range.Ports == 1 ? null : (ushort)((i * 100) + range.Ports) })],
            Join = range.Join == JoinKind.Listed ? new GroupJoin(JoinKind.Listed, [group]) : new GroupJoin(range.Join, []),
        };
        return wide.NeedsForce == rule.NeedsForce ? wide : rule; // a wider one may have a reserved group
    }

    /// <summary>The same rule with outputs of other nodes, where a leg carries all that they say.</summary>
    private static ForwardingRule WithLegs(ForwardingRule rule, (string[] Nodes, int Which)[] legs) => !rule.Input.Range.IsExact ? rule : rule with
    {
        Outputs =
        [
            .. rule.Outputs.Select((o, i) => o.Source == SourceMode.Keep || o.DecrementTtl || legs[i].Nodes.Length == 0 ? o : o with
            {
                Node = legs[i].Nodes[legs[i].Which % legs[i].Nodes.Length],
                Pair = legs[i].Nodes.Length == 1 ? [] : [.. legs[i].Nodes],
            }),
        ],
    };

    private static RuleOutput Output(IPAddress group, IPAddress source, RuleOutput options) =>
        options with { Group = group, SourceAddress = options.Source == SourceMode.Address ? source : null };

    /// <summary>null when the parser would not make it of anything: an address that happens to be none, or reserved ones without force.</summary>
    private static ForwardingRule? Rule(IPAddress group, IPAddress? source, bool force, RuleOutput[] outputs)
    {
        RuleOutput[] distinct = [.. outputs.Select((o, i) => o with { Port = (ushort)(o.Port + i), MaySpoof = force && o.Source == SourceMode.Address })];
        var rule = new ForwardingRule(new RuleId("r"), null, new RuleInput("eth0", group, 5000, source), [.. distinct]);
        IEnumerable<IPAddress?> addresses = [group, source, .. distinct.Select(o => o.Group), .. distinct.Select(o => o.SourceAddress)];
        bool usable = addresses.All(IsUsable);
        // A forced rule's given sources may be anybody's, so a rule that needs force for its groups alone has them so, too.
        return usable && (force || !rule.NeedsForce) ? rule : null;
    }

    private static bool IsUsable(IPAddress? address) => address is null || (!address.IsIPv4MappedToIPv6 && (Addresses.IsMulticast(address) || Addresses.IsUnicast(address)));
}

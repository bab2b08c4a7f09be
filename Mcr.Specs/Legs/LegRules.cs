using System.Net;
using Mcr.Actors.Configuration;
using Mcr.Actors.Legs;
using Mcr.Native.Legs;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Specs.Legs;

/// <summary>Rules with outputs of other nodes, and what belongs to their legs.</summary>
internal static class LegRules
{
    public static readonly LegPlace Place = new("lan0", IPAddress.Parse("10.7.0.2"));

    /// <summary>Of node b, which others reach by an address of its own.</summary>
    public static readonly ClusterSettings Cluster = new(true, "mcr", new HostPort("10.7.0.2", 4053), null, [], [], false);

    /// <param name="node">null: it is an output of the rule's own node.</param>
    public static RuleOutput Output(string? node, int group = 2, string device = "out0", params string[] pair) => new(device, IPAddress.Parse($"239.2.2.{group}"), 6000) { Node = node, Pair = [.. pair] };

    /// <summary>Each id has an input of its own.</summary>
    public static ForwardingRule Rule(string id, string? name, params RuleOutput[] outputs) =>
        new(new RuleId(id), name, new RuleInput("in0", IPAddress.Parse($"239.1.{id[0] % 100}.{id[^1] % 100}"), 5000), [.. outputs]);

    public static LegName Name(string from, ForwardingRule rule, string to) => LegName.AllOf(from, rule).Single(l => l.Name.To == to).Name;

    /// <summary>With a key that these numbers decide.</summary>
    public static ResolvedLeg Leg(ulong id, byte key = 1)
    {
        byte[] secret = new byte[LegKey.Size];
        secret[0] = key;
        BitConverter.TryWriteBytes(secret.AsSpan(8), id);
        Assert.True(LegKey.TryRead(secret, out LegKey read));
        return new ResolvedLeg(id, [new ResolvedLegKey(1, read)]);
    }

    /// <summary>The rules at the ends of these legs, on node b.</summary>
    public static LegHalf[] Halves(params (string Node, ForwardingRule Rule)[] rules) => [.. LegHalves.Of("b", rules, Place, LegSettings.Default, []).Halves];
}
